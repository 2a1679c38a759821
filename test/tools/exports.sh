#!/bin/sh
# Prints the names of the functions that the public headers of a library declare, sorted:
# exports.sh dm | dm-auth
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
case $1 in
dm-auth) headers=include/dm/auth.h ;;
*) headers=$(find include/dm -name '*.h' ! -name auth.h) ;;
esac
sed -n 's/^DM_EXPORT .*[ *]\(dm_[a-z0-9_]*\)(.*/\1/p' $headers | sort
