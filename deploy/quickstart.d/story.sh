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
  ensure "$1-admin" service-account update sign-in --certificate-identity "$(sign_in_identity "$1")"
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
  ensure forthcoffee-admin user create helpdesk@forthcoffee.com --id helpdesk --display-name "Help Desk"
  ensure forthcoffee-admin role assign helpdesk helpdesk_administrator
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

play() {
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
Metrics are at http://127.0.0.1:$metrics_port/metrics, the log is $server_log.
Tokens live 12 hours; deploy/quickstart renews them. Then: deploy/quickstart status, stop, or reset (deletes the data).
END
}
