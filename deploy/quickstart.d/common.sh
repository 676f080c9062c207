# shellcheck shell=bash
# What the parts of quickstart share: where things are, who owns them, how it speaks. Sourced; expects $source.
#
# As an ordinary user everything is that user's. As root, PostgreSQL and hearthd run as the user postgres (PostgreSQL refuses root), who
# can reach only what is theirs: postgres/, run/ and server/. Keys of issuers, tokens and the programs themselves stay root's.

marker=.made-by-hearth-quickstart
as_service=()
service_user=$(id -un)
if [ "$(id -u)" = 0 ]; then
  state=${HEARTH_STATE:-/var/lib/hearth-quickstart}
  service_user=postgres
  as_service=(setpriv --reuid postgres --regid postgres --init-groups --no-new-privs env -i "PATH=$PATH" LANG=C.UTF-8)
else
  state=${HEARTH_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/hearth}
fi
# Ports as asked for, else as the last time.
read -r port metrics_port mail_port <<<"$(cat "$state/ports" 2>/dev/null || echo 7443 9443 2525)"
port=${HEARTH_PORT:-$port}
metrics_port=${HEARTH_METRICS_PORT:-$metrics_port}
mail_port=${HEARTH_MAIL_PORT:-${mail_port:-2525}}

bold="" faint="" plain=""
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'
fi

say() { printf '%s\n' "$*"; }

die() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# Opens a numbered step, and closes the one before with its time.
steps=7
step_number=0
step_started=
step() {
  step_end
  step_number=$((step_number + 1))
  step_started=$EPOCHREALTIME
  printf '%s%d/%d %s%s\n' "$bold" "$step_number" "$steps" "$*" "$plain"
}
step_end() {
  [ -z "$step_started" ] || printf '    %s%s s%s\n' "$faint" "$(seconds_since "$step_started")" "$plain"
  step_started=
}
seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# Says early what would fail late.
check_settings() {
  [[ "$state" = /* ]] || die "HEARTH_STATE is '$state'; give an absolute path."
  [[ "$state" != *[\'\"\\,$'\n']* ]] || die "HEARTH_STATE is '$state'; give a path without quotes, backslashes and commas."
  [ "${#state}" -le 85 ] || die "$state is too long for a Unix socket in it; set HEARTH_STATE to a path of at most 85 characters."
  for number in "$port" "$metrics_port" "$mail_port"; do
    [[ "$number" =~ ^[0-9]{1,5}$ ]] || die "HEARTH_PORT, HEARTH_METRICS_PORT and HEARTH_MAIL_PORT are port numbers, not '$number'."
  done
}

make_state() {
  # Root's service user passes through, and sees nothing on the way.
  (umask 022 && mkdir -p "$state") || die "$state cannot be made; set HEARTH_STATE to a place that you can write."
  if [ "$(id -u)" = 0 ]; then chmod 0711 "$state"; else chmod 0700 "$state"; fi
  : >"$state/$marker"
  echo "$port $metrics_port $mail_port" >"$state/ports"
  mkdir -p "$state/bin" "$state/issuers" "$state/story" "$state/tls" "$state/tokens"
  chmod 0700 "$state/issuers" "$state/story" "$state/tokens"
  chmod 0755 "$state/bin" "$state/tls"
  for folder in mail postgres run server; do
    install -d -m 0700 -o "$service_user" "$state/$folder"
  done
  "${as_service[@]}" test -w "$state/run" ||
    die "The user $service_user cannot reach $state; set HEARTH_STATE to a place outside of closed folders."
}

# One quickstart at a time. Programs that outlive it must not hold the lock: they are started with 9>&-.
lock_state() {
  if [ -e "$state" ] && [ ! -e "$state/$marker" ] && [ -n "$(ls -A "$state")" ]; then
    die "$state exists and was not made by quickstart; set HEARTH_STATE to another place."
  fi
  if ! { mkdir -p "$(dirname "$state")" && : >>"$state.lock"; } 2>/dev/null; then
    die "$state.lock cannot be written; set HEARTH_STATE to a place that you can write."
  fi
  exec 9>>"$state.lock"
  flock -n 9 || die "Another quickstart is at work on $state; wait for it."
}

# Hands a file to the service user, readable by nobody else.
give_to_service() { # FROM TO
  install -m 0600 -o "$service_user" "$1" "$2"
}
