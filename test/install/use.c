/* A C program as a user of the installed library writes it: one call into each part.
 * Prints the version of the library that it runs with.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dm/http.h>
#include <dm/mqtt.h>
#include <stdio.h>

int main(void) {
  static const char document[] = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                                 "\"Action\":\"iot:Receive\",\"Resource\":\"*\"}}";
  dm_policy *policy = NULL;
  if (dm_policy_parse(&policy, dm_text(document), 0, NULL, NULL) != DM_OK)
    return 1;
  dm_policy_free(policy);

  if (dm_mqtt_topic_matches(dm_text("a/+"), dm_text("a/b")) != 1)
    return 1;
  if (dm_new(NULL, NULL) != DM_ERROR_INVALID_ARGUMENT)
    return 1;
  return puts(dm_version()) < 0;
}
