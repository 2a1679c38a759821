/* A relay's life.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/relay.h"

#include "base/structure.h"

#define RELAY_CONFIG_FIRST_SIZE sizeof(dm_relay_config)

#define MAX_CONNECT_SIZE 16384

static bool sound(const dm_relay_config *config) {
  return config->to_device != NULL && config->to_broker != NULL &&
         config->between_packets != NULL && config->resume != NULL &&
         config->acknowledged != NULL && config->max_unacknowledged <= DM_RELAY_UNACKNOWLEDGED_MAX;
}

static void fill_defaults(dm_relay_config *config) {
  if (config->max_connect_size == 0)
    config->max_connect_size = MAX_CONNECT_SIZE;
  if (config->max_unacknowledged == 0)
    config->max_unacknowledged = DM_RELAY_UNACKNOWLEDGED_MAX;
}

int dm_relay_host_new(dm_relay_host **out, const dm_relay_config *given) {
  dm_relay_config room;
  const dm_relay_config *config =
      dmi_structure_read(given, RELAY_CONFIG_FIRST_SIZE, &room, sizeof room);
  if (out == NULL || config == NULL || !sound(config))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_memory memory = dmi_memory_or_default(config->memory);
  dm_relay_host *host = dmi_memory_zeroed(&memory, 1, sizeof *host);
  if (host == NULL)
    return DM_ERROR_NO_MEMORY;
  host->config = *config;
  host->memory = memory;
  host->users = 1;
  fill_defaults(&host->config);
  *out = host;
  return DM_OK;
}

void dm_relay_host_free(dm_relay_host *host) {
  if (host == NULL || --host->users > 0)
    return;
  dm_memory memory = host->memory;
  dmi_memory_release(&memory, host);
}

int dm_relay_new(dm_relay **out, dm_relay_host *host, void *user) {
  if (out == NULL || host == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  dm_relay *relay = dmi_memory_zeroed(&host->memory, 1, sizeof *relay);
  if (relay == NULL)
    return DM_ERROR_NO_MEMORY;
  relay->host = host;
  host->users++;
  relay->user = user;
  relay->maximum_packet_size = UINT32_MAX;
  *out = relay;
  return DM_OK;
}

void dmi_relay_forget_connect(dm_relay *relay) {
  dmi_memory_release(&relay->host->memory, relay->connect);
  relay->connect = NULL;
}

/* Nothing is due any more. */
static void settle(dm_relay *relay) {
  relay->state = RELAY_OVER;
  relay->quiet = false;
  relay->waiting = false;
}

void dmi_relay_over(dm_relay *relay, const dm_mqtt_packet *disconnect) {
  bool was_connected = dmi_relay_connected(relay);
  if (relay->state == RELAY_CONNECTING) /* not later: connected() may be looking at it */
    dmi_relay_forget_connect(relay);
  settle(relay);
  relay->resume_due = relay->resume_due || relay->held;
  relay->held = false;
  if (was_connected && relay->host->config.disconnected != NULL)
    relay->host->config.disconnected(relay->user, disconnect);
}

void dm_relay_end(dm_relay *relay) {
  if (relay->ended)
    return;
  dmi_relay_enter(relay);
  relay->ended = true;
  dmi_relay_over(relay, NULL);
  dmi_relay_leave(relay);
}

static void destroy(dm_relay *relay) {
  dm_relay_host *host = relay->host;
  dmi_relay_forget_connect(relay);
  dmi_memory_release(&host->memory, relay);
  dm_relay_host_free(host);
}

void dm_relay_free(dm_relay *relay) {
  if (relay == NULL)
    return;
  relay->ended = true;
  relay->freed = true;
  settle(relay); /* without dm_relay_end(), nobody is called either */
  if (relay->depth == 0)
    destroy(relay);
}

void dmi_relay_enter(dm_relay *relay) {
  relay->depth++;
}

void dmi_relay_leave(dm_relay *relay) {
  relay->depth--;
  if (relay->freed && relay->depth == 0)
    destroy(relay);
}

const char *dm_relay_strerror(int code) {
  switch (code) {
  case DM_OK:
    return "Done";
  case DM_RELAY_WAIT:
    return "The message is written when the packet before it is complete";
  case DM_RELAY_NOT_A_CONNECT:
    return "The first packet is not CONNECT";
  case DM_RELAY_CONNECT_TOO_LARGE:
    return "CONNECT is too large";
  case DM_RELAY_PROTOCOL_ERROR:
    return "The device has answered a message of QoS 1 with PUBREC";
  case DM_RELAY_NOT_CONNECTED:
    return "The device is not connected";
  case DM_RELAY_UNFOLLOWED:
    return "The device's connection cannot be followed";
  case DM_RELAY_PACKET_TOO_LARGE:
    return "The packet is larger than the device accepts";
  case DM_RELAY_WINDOW_FULL:
    return "The device has too many messages to acknowledge";
  case DM_ERROR_INVALID_ARGUMENT:
    return "An argument is not valid";
  case DM_ERROR_NO_MEMORY:
    return "Out of memory";
  case DM_ERROR_CLOSED:
    return "The relay has ended";
  case DM_ERROR_BUFFER_TOO_SMALL:
    return "The buffer is too small";
  default:
    return "Unknown code";
  }
}
