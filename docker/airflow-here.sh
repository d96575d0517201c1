#!/usr/bin/env bash
# Airflow for one person on this machine: SQLite, loopback only, stopped by Ctrl-C.
# Three services rather than `airflow standalone`, whose log server listens on every interface.
# -m: every service leads a process group of its own, so that stopping leaves no worker behind.
set -eum
umask 077

root=$(cd "$(dirname "$0")/.." && pwd)
bin=${WIDEBRIDGE_BIN:-$root/.venv/bin}
port=${AIRFLOW_PORT:-8080}
# The demonstration's two officers, who may sign in its own home; name yours as ada:admin,ben:admin.
users=${AIRFLOW_USERS:-demo_officer_one:admin,demo_officer_two:admin}

export AIRFLOW_HOME="${AIRFLOW_HOME:-$root/airflow-home}"
export WIDEBRIDGE_HOME="${WIDEBRIDGE_HOME:-$root/demo}"
export PYTHONPATH="$root"
export AIRFLOW__CORE__DAGS_FOLDER="$root/dags"
export AIRFLOW__CORE__PLUGINS_FOLDER="$root/dags/plugins"
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__CORE__PARALLELISM=4
export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="$users"
export AIRFLOW__CORE__EXECUTION_API_SERVER_URL="http://127.0.0.1:$port/execution/"
export AIRFLOW__API__BASE_URL="http://127.0.0.1:$port"

mkdir -p "$AIRFLOW_HOME/output"
for secret in api jwt; do
  file="$AIRFLOW_HOME/$secret.secret"
  [ -s "$file" ] || "$bin/python" -c 'import secrets; print(secrets.token_hex(32))' > "$file"
done
AIRFLOW__API__SECRET_KEY=$(cat "$AIRFLOW_HOME/api.secret")
AIRFLOW__API_AUTH__JWT_SECRET=$(cat "$AIRFLOW_HOME/jwt.secret")
export AIRFLOW__API__SECRET_KEY AIRFLOW__API_AUTH__JWT_SECRET

groups=()
start() {
  "$bin/airflow" "$@" > "$AIRFLOW_HOME/output/$1.txt" 2>&1 < /dev/null &
  groups+=("$!")
}
stop() {
  trap - EXIT INT TERM
  for signal in TERM KILL; do
    for group in "${groups[@]:-}"; do
      kill "-$signal" -- "-$group" 2> /dev/null || true
    done
    [ "$signal" = KILL ] || sleep 5
  done
}
trap stop EXIT
trap 'exit 0' INT TERM

echo "Preparing Airflow's database ..."
"$bin/airflow" db migrate > "$AIRFLOW_HOME/output/migrate.txt" 2>&1
start api-server --host 127.0.0.1 --port "$port" --workers 1
start scheduler -s
start dag-processor

tries=0
until "$bin/python" -c "import urllib.request as u
u.urlopen('http://127.0.0.1:$port/api/v2/monitor/health', timeout=2)" 2> /dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    echo "Airflow did not start: read $AIRFLOW_HOME/output." >&2
    exit 1
  fi
  sleep 1
done

echo "Airflow is at http://127.0.0.1:$port. Log in as:"
"$bin/python" -c 'import json, sys
for user, password in json.load(open(sys.argv[1])).items():
    print(f"  {user} with the password {password}")' \
  "$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated"
echo "Stop it with Ctrl-C."
wait
