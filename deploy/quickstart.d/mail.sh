# shellcheck shell=bash
# The development mail server, to which hearthd hands its mails: they end as files in $state/mail. Sourced by quickstart.

dev_mail=$state/bin/dev-mail
mail_log=$state/mail.log
mail_pid_file=$state/mail.pid

# As server_pid: the very process that quickstart started.
mail_pid() {
  local pid born
  [ -e "$mail_pid_file" ] && read -r pid born <"$mail_pid_file" && [ "$(birth_of "$pid")" = "$born" ] && echo "$pid"
}

start_mail() {
  local pid
  if ! cmp -s "$source/deploy/dev-mail" "$dev_mail"; then
    stop_mail >/dev/null
    install -m 0755 "$source/deploy/dev-mail" "$dev_mail"
  fi
  if pid=$(mail_pid); then return; fi
  if taken "$mail_port"; then
    die "Port $mail_port is taken by another program. Choose another: HEARTH_MAIL_PORT=$(next_free "$mail_port") deploy/quickstart"
  fi
  (
    cd /
    exec setsid "${as_service[@]}" "$dev_mail" serve "$state/mail" --port "$mail_port" </dev/null >>"$mail_log" 2>&1 9>&-
  ) &
  pid=$!
  echo "$pid $(birth_of "$pid")" >"$mail_pid_file"
  local deadline=$((SECONDS + 10))
  until taken "$mail_port"; do
    if ! birth_of "$pid" >/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      tail -5 "$mail_log" >&2
      die "The development mail server does not start; its log is $mail_log"
    fi
    sleep 0.05
  done
  say "    mails end in $state/mail"
}

stop_mail() {
  local pid
  if ! pid=$(mail_pid); then return; fi
  kill -TERM "$pid"
  while mail_pid >/dev/null; do sleep 0.05; done
  rm -f "$mail_pid_file"
  say "The development mail server is stopped."
}

mail_status() {
  local pid
  if pid=$(mail_pid); then
    say "mail        runs (process $pid) on 127.0.0.1:$mail_port, mails in $state/mail; read them: deploy/dev-mail show $state/mail"
  else
    say "mail        stopped"
    return 1
  fi
}

# How many mails came until now. For the story: an earlier run's are not its own.
mails_kept() { find "$state/mail" -name '*.eml' 2>/dev/null | sed -n 's|.*/0*\([0-9][0-9]*\)-[^/]*$|\1|p' | sort -n | tail -1; }

# Prints the newest mail to an address with a text in it that came after the first NUMBER; waits for it while it is on its way.
newest_mail() { # NUMBER ADDRESS TEXT
  local deadline=$((SECONDS + 20))
  until "$source/deploy/dev-mail" show "$state/mail" --after "${1:-0}" --to "$2" --containing "$3" 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || die "No mail to $2 came that says $3; hearthd's log is $server_log"
    sleep 0.1
  done
}
