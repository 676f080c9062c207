# shellcheck shell=bash
# Two organisations that share a person, and what Hearth does about that person's password. Sourced by quickstart.

# The command line, with our contexts and nothing else from the environment.
hearth() { env -i "PATH=$PATH" LANG=C.UTF-8 HEARTH_CONFIG="$state/config.json" "$source/build/bin/hearth" "$@"; }

# Makes what a create command makes, unless it is there from an earlier run.
ensure() { # CONTEXT ARGUMENT...
  local answer
  if answer=$(hearth --context "$@" 2>&1); then
    say "    $1: ${*:2:3}"
  elif [[ "$answer" != *ALREADY_EXISTS* ]]; then
    say "$answer" >&2
    die "'hearth --context $*' failed as above; hearthd's log is $server_log"
  fi
}

ensure_directory() { # DIRECTORY DOMAIN NAME
  ensure operator directory create "$1" --display-name "$3" --domain "$2" --administrator-id admin \
    --administrator-principal-name "admin@$2" --administrator-display-name "$3's administrator" \
    --issuer "$(issuer_of "$1")" --audience hearth --jwks-file "$state/issuers/$1/jwks.json"
  ensure "$1-admin" service-account create sign-in --display-name "Sign-in service" --permission passwords.verify
  ensure "$1-admin" service-account update sign-in --permission passwords.verify,resets.request \
    --certificate-identity "$(sign_in_identity "$1")"
}

# The platform's first operator, once: with a token that hearthd prints to whoever owns its database and its keys.
bootstrap_platform() {
  if hearth --context operator directory list >/dev/null 2>&1; then return; fi
  (umask 077 && run_hearthd bootstrap --database "$(conninfo hearth_owner)" --keys-file "$state/server/keys" >"$state/story/bootstrap" 2>/dev/null) ||
    die "hearthd could not make a token for the platform's operator; try it: $hearthd bootstrap --help"
  ensure operator platform bootstrap operator --bootstrap-token-file "$state/story/bootstrap" --issuer "$(issuer_of platform)" \
    --audience hearth --jwks-file "$state/issuers/platform/jwks.json"
  rm "$state/story/bootstrap"
  # An issuer that hearthd did not know is looked for again after a second.
  local deadline=$((SECONDS + 10))
  until hearth --context operator directory list >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || die "the platform's operator is not accepted; hearthd's log is $state/hearthd.log"
    sleep 0.2
  done
}

seed() {
  bootstrap_platform
  ensure_directory forthcoffee forthcoffee.com "Forth Coffee"
  ensure forthcoffee-admin user create user1@forthcoffee.com --id user1 --display-name "User One"
  ensure forthcoffee-admin user update user1 --mail user1@mail.example
  ensure forthcoffee-admin user create helpdesk@forthcoffee.com --id helpdesk --display-name "Help Desk"
  ensure forthcoffee-admin user update helpdesk --mail helpdesk@forthcoffee.com
  ensure forthcoffee-admin role assign helpdesk helpdesk_administrator
  ensure forthcoffee-admin reset set-policy --self-service off --link-base-uri https://account.forthcoffee.com/reset
  ensure_directory contoso contoso.com "Contoso"
  invite
}

# Contoso invites user1, who accepts with a token of their home. Once; a later run finds the guest.
invite() {
  local answer
  if answer=$(hearth --context contoso-admin -o json guest invite user1@forthcoffee.com --id guest1 \
    --display-name "User One (Forth Coffee)" 2>&1); then
    (umask 077 && python3 -c 'import json, sys; print(json.load(sys.stdin)["invitation_token"])' <<<"$answer" >"$state/story/invitation")
    hearth --context forthcoffee-user1 guest redeem --consent --invitation-token-file "$state/story/invitation" >/dev/null ||
      die "user1 could not accept Contoso's invitation; hearthd's log is $server_log"
    say "    contoso-admin: guest invite user1@forthcoffee.com; forthcoffee-user1: guest redeem"
  elif [[ "$answer" != *ALREADY_EXISTS* ]]; then
    say "$answer" >&2
    die "Contoso could not invite user1; hearthd's log is $server_log"
  fi
}

# Prints a sentence of the story, the call, and its answer, which must have the exit code and contain the text that the story needs.
# The answer is left in $answer.
tell() { # SENTENCE EXIT-CODE TEXT ARGUMENT...
  local sentence=$1 expected=$2 text=$3 code=0
  shift 3
  printf '\n    %s\n    %s$ hearth' "$sentence" "$bold"
  printf ' %s' "$@"
  printf '%s\n' "$plain"
  answer=$(cd "$state/story" && hearth "$@" 2>&1 </dev/null) || code=$?
  say "    ${answer//$'\n'/$'\n'    }"
  if [ "$code" != "$expected" ] || [[ "$answer" != *"$text"* ]]; then
    die "That is not the answer it should be (exit code $expected, with '$text'; got $code). hearthd's log is $server_log"
  fi
}

# A password nobody has used, in a file that only its owner reads.
write_password() { # FILE
  (umask 077 && openssl rand -base64 18 >"$state/story/$1")
}

# Prints a sentence of the story and the mail that came of it. The mail is left in $mail.
tell_mail() { # SENTENCE ADDRESS TEXT
  mail=$(newest_mail "$mails_before" "$2" "$3")
  printf '\n    %s\n' "$1"
  say "    | ${mail//$'\n'/$'\n'    | }"
}

play() {
  play_reset
  play_request
  play_self_service
}

# An administrator resets; only one at home can.
play_reset() {
  local user1=user1@forthcoffee.com answer
  write_password initial
  write_password own
  tell "Forth Coffee gives user1 an initial password, read from a file." 0 "" \
    --context forthcoffee-admin user reset-password $user1 --password-file initial --no-change-required
  tell "Forth Coffee's sign-in service accepts it." 0 "" \
    --context forthcoffee-sign-in user verify-password $user1 --password-file initial
  tell "user1 is a guest at Contoso. Contoso's administrator tries to reset the password, and is refused." 5 NOT_HOME_DIRECTORY \
    --context contoso-admin user reset-password $user1
  tell "Where is user1 a guest? Home knows." 0 contoso --context forthcoffee-user1 guest memberships user1
  tell "By the name that user1 has at home it is refused too, as any name of another directory would be." 5 FOREIGN_DIRECTORY \
    --context contoso-admin user reset-password directories/forthcoffee/users/user1
  tell "Where can user1 get help? Hearth tells Contoso." 0 forthcoffee.com \
    --context contoso-admin home resolve $user1
  tell "Forth Coffee's help desk may reset it: user1 is at home there. The new password is shown this once." 0 generated_password \
    --context forthcoffee-helpdesk -o json user reset-password $user1
  (umask 077 && python3 -c 'import json, sys; print(json.load(sys.stdin)["generated_password"])' <<<"$answer" >"$state/story/generated")
  tell "The old password is no longer accepted." 4 PASSWORD_NOT_ACCEPTED \
    --context forthcoffee-sign-in user verify-password $user1 --password-file initial
  tell "The new one is, and must be changed before a session is given." 0 '"change_required": true' \
    --context forthcoffee-sign-in -o json user verify-password $user1 --password-file generated
  tell "user1 chooses a password of their own." 0 "" \
    --context forthcoffee-sign-in user change-password $user1 --current-password-file generated --new-password-file own
  tell "From now on that one is accepted." 0 "" \
    --context forthcoffee-sign-in user verify-password $user1 --password-file own
}

# user1 has forgotten it, and asks. Forth Coffee wants an administrator to look.
play_request() {
  local user1=user1@forthcoffee.com answer mail mails_before
  mails_before=$(mails_kept)
  write_password chosen
  hearth --context forthcoffee-admin reset clear-limits user1 >/dev/null || die "The limits of user1 could not be cleared; hearthd's log is $server_log"
  hearth --context forthcoffee-admin reset set-policy --self-service off >/dev/null || die "The reset policy could not be set; hearthd's log is $server_log"
  tell "user1 has forgotten it. The sign-in page asks for a new one; whoever is named, the answer looks the same." 0 handle \
    --context forthcoffee-sign-in reset request $user1
  tell_mail "Forth Coffee wants an administrator to look. Those who may help user1 get a mail." helpdesk@forthcoffee.com "$user1"
  tell "The help desk sees the request." 0 "$user1" --context forthcoffee-helpdesk -o json reset list --state pending
  local request
  request=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["reset_requests"][0]["name"])' <<<"$answer")
  tell "It knows that user1 asked, and approves. Nobody sees a password: user1 gets a link." 0 approved \
    --context forthcoffee-helpdesk reset approve "$request" --deliver secret_link
  tell_mail "user1 reads:" user1@mail.example "https://account.forthcoffee.com/reset#"
  save_link_token
  tell "The page behind the link takes the token and a new password." 0 "" \
    --context forthcoffee-sign-in reset complete --reset-token-file link --new-password-file chosen
  tell "It works at once." 0 "" --context forthcoffee-sign-in user verify-password $user1 --password-file chosen
  tell "The link works no second time." 4 RESET_PROOF_NOT_ACCEPTED \
    --context forthcoffee-sign-in reset complete --reset-token-file link --new-password-file own
}

# The people of Forth Coffee may do it alone; at Contoso, where user1 is a guest, there is nothing to reset.
play_self_service() {
  local user1=user1@forthcoffee.com answer mail mails_before
  mails_before=$(mails_kept)
  tell "Forth Coffee lets its people do it alone." 0 all --context forthcoffee-admin reset set-policy --self-service all --channel link
  tell "user1 asks again." 0 handle --context forthcoffee-sign-in reset request $user1
  tell_mail "This time user1 gets a link at once, and uses it." user1@mail.example "https://account.forthcoffee.com/reset#"
  save_link_token
  tell "Done, without anybody." 0 "" \
    --context forthcoffee-sign-in reset complete --reset-token-file link --new-password-file own
  mails_before=$(mails_kept)
  tell "And if user1 asks at Contoso? The answer is the same as ever." 0 handle --context contoso-sign-in reset request $user1
  tell_mail "But no token is made there. user1 is told where home is." user1@mail.example Contoso
}

# The secret is behind the # of the link: no server logs it, and no mail scanner uses it up.
save_link_token() {
  (umask 077 && sed -n 's/^https:[^#]*#//p' <<<"$mail" | head -1 >"$state/story/link")
}

how_to_go_on() {
  local config token ca
  printf -v config %q "$state/config.json"
  printf -v token %q "$state/tokens/contoso-admin"
  printf -v ca %q "$state/tls/ca.pem"
  cat <<END

${bold}Hearth runs on 127.0.0.1:$port.${plain} With its command line, as any of seven callers:
  export HEARTH_CONFIG=$config PATH=$(printf %q "$source/build/bin"):\$PATH
  hearth context list
  hearth --context contoso-admin guest list
  hearth --context forthcoffee-helpdesk user check-reset user1@forthcoffee.com
With grpcurl, as any client of gRPC would call it:
  grpcurl -cacert $ca -protoset $(printf %q "$source/build/proto/hearth.binpb") \\
    -H "authorization: Bearer \$(cat $token)" -d '{"user_principal_name": "user1@forthcoffee.com"}' \\
    127.0.0.1:$port hearth.v1.ResetPasswordService/CheckResetPassword
The signed heads of both audits are appended to $state/server/audit-heads.jsonl, out of the database's reach. Whether somebody rewrote the past:
  hearth --context contoso-admin audit export --out rows.jsonl
  $(printf %q "$hearthd") keys show-audit --keys-file $(printf %q "$state/server/keys") >audit-keys
  hearth audit verify --rows rows.jsonl --checkpoints $(printf %q "$state/server/audit-heads.jsonl") --keys audit-keys
Metrics are at http://127.0.0.1:$metrics_port/metrics, the log is $server_log.
Tokens live 12 hours; deploy/quickstart renews them. Then: deploy/quickstart status, stop, or reset (deletes the data).
END
}
