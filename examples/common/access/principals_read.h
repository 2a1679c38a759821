/* The principals of a configuration, read from their file.
 *
 * They stand in a JSON file of their own, which holds secrets: nobody but its owner may read
 * it. It is an array of objects:
 *
 *   {"name": "backend",
 *    "accessKeys": [{"id": "AKIA...", "secret": "...", "sessionToken": "..."}],
 *    "certificates": [{"fingerprint": "SHA-256 in hexadecimal digits"},
 *                     {"subject": {"CommonName": ".."}, "issuer": {"CommonName": ".."}}],
 *    "userName": "..", "password": "$pbkdf2-sha512$..",
 *    "thing": {"name": "..", "type": "..", "attributes": {"site": ".."}},
 *    "clientIds": ["boiler-7", "boiler-7-*"],
 *    "senderPolicies": [FILES], "receiverPolicies": [FILES]}
 *
 * All but the name may be left out. A certificate is one that TLS has verified, and is either
 * this one or any whose attributes have these values: the first principal counts for which that
 * is so. A client ID that ends in '*' stands for all that begin so; another one is kept for
 * those who name it. A principal without policies of its own has those of the configuration
 * file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPALS_READ_H
#define COMMON_ACCESS_PRINCIPALS_READ_H

#include "common/access/principals.h"
#include "common/base/file.h"

/* Reads a file, where one is named; policies go into the store. On failure *p holds
 * FILE:LINE:COLUMN: what is wrong, and there is nothing to free. */
bool principals_load(principals *all, const file_name *file, policy_store *store, problem *p);

#endif
