#!/usr/bin/env bash
set -Eeo pipefail

if [ "${1:0:1}" = '-' ]; then
    set -- serve "$@"
fi
echo "in $DB_HOME: $*"
