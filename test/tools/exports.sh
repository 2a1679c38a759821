#!/bin/sh
# Prints the names of the functions that libdm's public headers declare, sorted.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
sed -n 's/^DM_EXPORT .*[ *]\(dm_[a-z0-9_]*\)(.*/\1/p' include/dm/*.h | sort
