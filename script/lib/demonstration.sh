# Sourced: a demonstration installation and its processes: two receivers and the server, all on loopback.
#
#   demonstration_create DIR [SYNTH OPTIONS...]   makes the country when DIR has none; DIR/identities.json says who may sign in
#   demonstration_start DIR PORT                  starts the processes; sets DEMONSTRATION_ORIGIN
#   demonstration_stop                            ends them, by their numbers, and waits
# Each process writes DIR/log/<name>.log. Nothing but what was started here is ever ended.

DEMONSTRATION_PIDS=()
DEMONSTRATION_ORIGIN=

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

demonstration_create() {
  local dir=$1
  shift
  [ -f "$dir/danh.db" ] && return
  mkdir -p -m 700 "$dir"
  build/danh synth --data "$dir" --json \
    --national-portal "http://127.0.0.1:$(free_port)/deliveries" --provincial-system "http://127.0.0.1:$(free_port)/deliveries" "$@" \
    >"$dir/identities.json.new"
  mv "$dir/identities.json.new" "$dir/identities.json"
}

# What danh.ini says: ini_value FILE SECTION KEY
ini_value() { awk -F ' *= *' -v section="[$2]" -v key="$3" '/^\[/ {inside = ($0 == section)} inside && $1 == key {print $2}' "$1"; }

start_process() {
  local name=$1 log=$2
  shift 2
  "$@" >"$log" 2>"${log%.log}.err.log" &
  DEMONSTRATION_PIDS+=("$!")
  local waited=0
  until [ -s "$log" ]; do
    kill -0 "$!" 2>/dev/null || { cat "${log%.log}.err.log" >&2; die "$name did not start"; }
    [ $((waited += 1)) -le 300 ] || die "$name does not answer: see ${log%.log}.err.log"
    sleep 0.1
  done
}

# Starts (again) one receiver: start_receiver DIR national_portal|provincial_system
start_receiver() {
  local dir=$1 name=$2 url offset
  url=$(ini_value "$dir/danh.ini" "receiver $name" url)
  offset=$(ini_value "$dir/danh.ini" installation clock_offset_ms)
  start_process "$name" "$dir/log/$name.log" build/danh receiver --name "$name" --data "$dir/receivers/$name" \
    --listen "$(sed -E 's#^http://([^/]+)/.*#\1#' <<<"$url")" --peer-key "$(base64 -w0 "$dir/receivers/danh.der")" --clock-offset-ms "${offset:-0}"
}

demonstration_start() {
  local dir=$1 port=$2
  mkdir -p -m 700 "$dir/log"
  rm -f "$dir"/log/*.log
  start_receiver "$dir" national_portal
  start_receiver "$dir" provincial_system
  start_process "the server" "$dir/log/serve.log" build/danh serve --data "$dir" --listen "127.0.0.1:$port"
  DEMONSTRATION_ORIGIN=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["origin"])' <"$dir/log/serve.log")
}

demonstration_stop() {
  local pid i
  for ((i = ${#DEMONSTRATION_PIDS[@]} - 1; i >= 0; i--)); do # the server first: it may still deliver
    pid=${DEMONSTRATION_PIDS[i]}
    kill -TERM "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  done
  DEMONSTRATION_PIDS=()
}
