/* A C program as a user of the installed libdm-auth writes it, without libdm.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dm/auth.h>
#include <stdio.h>

int main(void) {
  const dm_property host = {dm_text("Host"), dm_text("localhost")};
  dm_sigv4_request request = {.size = sizeof request, .headers = &host, .header_count = 1};
  dm_sigv4_claims claims = {.size = sizeof claims};
  dm_x509_principal principal = {.size = sizeof principal};
  char stored[DM_PASSWORD_STORED_MAX];
  size_t len;

  request.method = dm_text("GET");
  request.target = dm_text("/");
  if (dm_sigv4_read(&request, NULL, 0, &claims) != DM_SIGV4_NOT_SIGNED)
    return 1;
  if (dm_x509_read(dm_text("no certificate"), &principal) != DM_X509_MALFORMED)
    return 1;
  if (dm_password_hash(dm_text("secret"), dm_text("and salt"), 1000, stored, sizeof stored, &len) !=
      DM_OK)
    return 1;
  return puts(dm_auth_strerror(dm_password_verify(dm_bytes(stored, len), dm_text("secret")))) < 0;
}
