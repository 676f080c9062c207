# shellcheck shell=bash
# hearthd: installed, prepared, started, watched and stopped. Sourced by quickstart.

hearthd=$state/bin/hearthd
server_log=$state/hearthd.log
server_pid_file=$state/server.pid

# A copy, because root's service user cannot reach the build, and so that a build does not change what runs.
install_server() {
  if ! cmp -s "$source/build/bin/hearthd" "$hearthd"; then
    install -m 0755 "$source/build/bin/hearthd" "$hearthd.new"
    mv "$hearthd.new" "$hearthd"
  fi
}

run_hearthd() { (cd / && "${as_service[@]}" "$hearthd" "$@"); }

# What hearthd needs before it serves: its files, and the schema.
prepare_server() {
  give_to_service "$state/tls/server.pem" "$state/server/tls.pem"
  give_to_service "$state/tls/server.key" "$state/server/tls.key"
  give_to_service "$state/tls/ca.pem" "$state/server/client-ca.pem"
  [ -e "$state/server/keys" ] || run_hearthd keys generate --keys-file "$state/server/keys" >/dev/null ||
    die "hearthd could not make its keys file."
  run_hearthd migrate --database "$(conninfo hearth_owner)" --app-role hearth_app | sed 's/^/    /' ||
    die "The database could not be migrated; what hearthd said is above. After a change of branches, give the data up: deploy/quickstart reset"
}

serve_command() {
  printf '%s\n' "$hearthd" serve --database "$(conninfo hearth_app)" --listen "127.0.0.1:$port" --metrics-listen "127.0.0.1:$metrics_port" \
    --tls-certificate "$state/server/tls.pem" --tls-key "$state/server/tls.key" \
    --tls-client-ca "$state/server/client-ca.pem" --tls-client-certificates optional --keys-file "$state/server/keys" --reflection \
    --audit-heads "$state/server/audit-heads.jsonl" --event-issuer https://hearth.example \
    --smtp-url "smtp://127.0.0.1:$mail_port" --smtp-plaintext --mail-from no-reply@hearth.example
}

# The server's process id, if it is the very process that quickstart started: the id, the time it was started, and the boot it was
# started in are as they were written down.
server_pid() {
  local pid born
  [ -e "$server_pid_file" ] && read -r pid born <"$server_pid_file" && [ "$(birth_of "$pid")" = "$born" ] && echo "$pid"
}
birth_of() { # PID
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # What follows the name, which may hold anything: the state, and as the 20th field the start time. A zombie has ended.
  read -ra fields <<<"${stat##*) }"
  [ "${fields[0]}" != Z ] && echo "${fields[19]}/$(cat /proc/sys/kernel/random/boot_id)"
}

start_server() {
  local pid command
  mapfile -t command < <(serve_command)
  # What runs must be what would be started: the same program, flags, certificate and database.
  local wanted
  wanted=$(printf '%s\n' "${command[@]}" | cat - "$hearthd" "$state/server/tls.pem" | sha256sum)
  if pid=$(server_pid); then
    if [ "$(cat "$state/server.running" 2>/dev/null)" = "$wanted" ]; then
      say "    runs already, on 127.0.0.1:$port"
      return
    fi
    say "    restarting it with the new build or settings"
    stop_server >/dev/null
  fi
  for wish in "HEARTH_PORT $port" "HEARTH_METRICS_PORT $metrics_port"; do
    if taken "${wish#* }"; then
      die "Port ${wish#* } is taken by another program. Choose another: ${wish% *}=$(next_free "${wish#* }") deploy/quickstart"
    fi
  done
  (
    cd /
    exec setsid "${as_service[@]}" "${command[@]}" </dev/null >>"$server_log" 2>&1 9>&-
  ) &
  pid=$!
  echo "$pid $(birth_of "$pid")" >"$server_pid_file"
  echo "$wanted" >"$state/server.running"
  wait_until_healthy "$pid"
  say "    serves on 127.0.0.1:$port"
}

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT
next_free() {                                             # PORT
  local candidate=$1
  while taken "$candidate"; do candidate=$((candidate + 1)); done
  echo "$candidate"
}

wait_until_healthy() { # PID
  local deadline=$((SECONDS + 30))
  until hearth --server "127.0.0.1:$port" --ca "$state/tls/ca.pem" --timeout 2s health >/dev/null 2>&1; do
    if ! birth_of "$1" >/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      tail -5 "$server_log" >&2
      die "hearthd is not healthy; its log is $server_log"
    fi
    sleep 0.1
  done
}

stop_server() {
  local pid
  if ! pid=$(server_pid); then
    say "hearthd was not running."
    return
  fi
  kill -TERM "$pid"
  local deadline=$((SECONDS + 40))
  while server_pid >/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "hearthd did not end within 40 s of SIGTERM; killing it."
      kill -KILL "$pid"
      deadline=$((SECONDS + 40))
    fi
    sleep 0.1
  done
  rm -f "$server_pid_file" "$state/server.running"
  say "hearthd is stopped."
}

server_status() {
  local pid
  if pid=$(server_pid); then
    say "hearthd     runs (process $pid) on 127.0.0.1:$port, metrics on 127.0.0.1:$metrics_port, log in $server_log"
  else
    say "hearthd     stopped"
    return 1
  fi
}
