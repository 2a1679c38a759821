/* What --help says of every example host.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/program_help.h"

const char program_help_options[] =
    "  --config FILE          the configuration file, JSON; without one everybody may do\n"
    "                         everything\n"
    "  --log-clients true     a line on standard error when a connection ends\n"
    "  --hash-password        read a password from standard input and print what the file of\n"
    "                         the principals wants instead of it\n"
    "  --help                 this text\n"
    "  --version              the version\n"
    "\n";

const char program_help_tls[] =
    "TLS 1.2 or later, on the ports of --mqtts and --https:\n"
    "  --tls-certificate FILE, --tls-key FILE  of this server, PEM; required for both. Nobody\n"
    "                       else may read the key\n"
    "  --tls-client-authority FILE  whoever connects must show a certificate of theirs\n"
    "  --tls-revocation-list FILE   which of those count no more\n"
    "In the configuration file: \"mqtts\", \"https\", and the object \"tls\":\n"
    "  certificate, key, clientAuthority, revocationList   the same\n"
    "  otherCertificates    [{\"certificate\": FILE, \"key\": FILE}, ...] for other names\n"
    "  mqttsClientCertificates, httpsClientCertificates    \"required\", \"optional\" or \"off\";\n"
    "                       default: required where there is a clientAuthority, else off\n"
    "  handshakeTimeoutSeconds 10\n"
    "A port \"off\" is not opened: --http off leaves only --https.\n"
    "\n";

const char program_help_signals[] =
    "\n"
    "SIGTERM stops in order, SIGHUP reads configuration, policies and certificates again.\n";
