#!/bin/sh
# Every file that a service writes is for its own user alone.
umask 077
exec "$@"
