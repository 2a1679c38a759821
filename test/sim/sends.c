/* Messages are sent, and answered.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sends.h"

#include "sim_calls.h"
#include "chance.h"
#include "operations.h"
#include "simulation.h"

int sends_deliver(void *user, const dm_delivery *delivery) {
  static const int refusals[] = {DM_CLIENT_ENDPOINT_NOT_WRITABLE,
                                 DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED,
                                 DM_RECEIVE_SESSION_THROTTLED,
                                 DM_RECEIVER_PACKET_TOO_LARGE,
                                 DM_RECEIVER_DISCONNECTED,
                                 DM_INTERNAL_SERVER_ERROR,
                                 DM_CONFIRMED,
                                 12345};
  call *c = delivery->message->user;
  client *receiver = delivery->connection_user;
  (void)user;
  CHECK(c->state == CALL_ASKED);
  CHECK(receiver == &clients[c->client] && receiver->connected);
  CHECK(delivery->connection == receiver->handle);
  CHECK((delivery->message_id != 0) == c->confirmation && delivery->qos == c->confirmation);
  c->state = CALL_OFFERED;
  c->id = delivery->message_id;
  c->serial = receiver->serial;
  c->due = sim.now + (delivery->message->timeout == 0 ? 5 * DM_SECOND : delivery->message->timeout);
  operations_inside(3);
  operations_inside(6);
  int refusal = chance_one_in(8) ? refusals[chance_below(8)] : DM_OK;
  c->expected = refusal == DM_CONFIRMED || refusal == 12345 ? DM_INTERNAL_SERVER_ERROR : refusal;
  return refusal;
}

/* What dm_send() may answer for a message that was offered to deliver(). Where a nested call
 * ended it while another was about to, the first one counts: the model knows only both. */
static bool offered_outcome_fits(const call *c, int outcome) {
  if (c->early != 0)
    return outcome == c->early;
  if (c->expected != DM_OK)
    return outcome == c->expected; /* the refusal */
  if (c->ends != 0)
    return (c->ends & calls_end_bit(outcome)) != 0;
  return outcome == (c->confirmation ? DM_PENDING : DM_SENT);
}

/* The answer of dm_send() itself, when it is decided. */
static void check_answer(const call *c, int outcome) {
  bool undisturbed = c->operations == sim.operations;
  if (c->state == CALL_ASKED) {
    CHECK(outcome < 0);
    CHECK(!undisturbed || outcome == c->undisturbed);
  } else {
    CHECK(!undisturbed || c->undisturbed == DM_OK);
    CHECK(offered_outcome_fits(c, outcome));
  }
}

static void end_of_send(call *c, int outcome) {
  check_answer(c, outcome);
  bool taken_back = c->state == CALL_ASKED || !c->confirmation || outcome == c->expected;
  c->state = taken_back ? CALL_OVER : calls_state_after(c, outcome);
}

/* The event is where a waiting call ends: whatever it does inside, the call has its answer. */
void sends_event(const dm_event *event) {
  call *c = &calls[event->caller->attempt - 1];
  CHECK(c->events == 0);
  CHECK(event->client_id.len > 0 && event->topic.len == 3);
  c->events++;
  c->told = event->outcome;
  if (c->state == CALL_WAITING) {
    CHECK(event->outcome == c->expected && event->message_id == c->id);
    c->state = calls_state_after(c, event->outcome);
  } else {
    end_of_send(c, event->outcome);
  }
}

static void on_complete(void *user, const dm_result *result) {
  call *c = user;
  CHECK(c->pending && c->answers == 0 && c->events == 1);
  CHECK(result->outcome == c->told && result->message_id == c->id);
  c->answers++;
  operations_inside(3);
}

/* The one outcome of a send during which nothing else happens. */
static int undisturbed_outcome(const call *c, bool denied, bool well_formed) {
  const client *target = &clients[c->client];
  if (sim.stopped)
    return DM_SHUTTING_DOWN;
  if (!well_formed)
    return DM_INVALID_TOPIC;
  if (denied)
    return DM_SEND_AUTHORIZATION_FAILURE;
  if (!target->connected)
    return target->session ? DM_TARGET_CLIENT_NOT_CONNECTED : DM_TARGET_CLIENT_ID_NOT_FOUND;
  if (target->deaf)
    return DM_RECEIVE_AUTHORIZATION_FAILURE;
  unsigned window = target->receive_maximum < CALLS_WINDOW ? target->receive_maximum : CALLS_WINDOW;
  if (c->confirmation && calls_window(target) >= window)
    return DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED;
  return DM_OK; /* handed over */
}

static void send_returned(call *c, int result) {
  c->on_stack = false;
  if (result == DM_PENDING) {
    check_answer(c, result);
    CHECK(c->events == 0);
    c->state = CALL_WAITING;
    c->pending = true;
    c->expected = 0;
  }
  CHECK(result == DM_PENDING || (c->events == 1 && c->told == result));
}

void sends_send(void) {
  call *c = calls_free();
  if (c == NULL)
    return;
  *c = (call){.state = CALL_ASKED, .on_stack = true};
  c->client = (int)chance_below(CLIENTS);
  c->confirmation = !chance_one_in(5);
  bool denied = chance_one_in(12), well_formed = !chance_one_in(20);
  dm_caller caller = {.size = sizeof caller,
                      .principal = dm_text(denied ? "x" : "backend"),
                      .attempt = (uint32_t)(c - calls) + 1};
  dm_message message = {.size = sizeof message,
                        .client_id = dm_text(clients[c->client].name),
                        .topic = dm_text(well_formed ? "a/b" : "a/#"),
                        .payload = dm_text("hello"),
                        .mode = c->confirmation ? DM_MODE_ACKNOWLEDGED : DM_MODE_SENT,
                        .timeout = chance_one_in(4) ? 0 : (1 + chance_below(300)) * DM_MILLISECOND,
                        .caller = &caller,
                        .complete = on_complete,
                        .user = c};
  dm_time told = sim_told_time();
  sim_time_passes(told);
  c->undisturbed = undisturbed_outcome(c, denied, well_formed);
  c->operations = sim.operations;
  dm_result result = {.size = sizeof result};
  int outcome = dm_send(sim.context, &message, told, &result);
  CHECK(result.outcome == outcome);
  send_returned(c, outcome);
}
