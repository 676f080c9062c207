# shellcheck shell=bash
# Certificates, issuers and tokens. Sourced by quickstart.

# A certificate authority for this machine, and certificates for the server and for each directory's sign-in service; renewed a week
# before they end.
make_certificates() {
  local tls=$state/tls
  if [ ! -e "$tls/ca.pem" ]; then
    (
      umask 077
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Hearth quickstart CA" \
        -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
        -keyout "$tls/ca.key" -out "$tls/ca.pem"
    ) 2>"$tls/openssl.log" || die "openssl could not make a certificate authority; see $tls/openssl.log"
    chmod 0644 "$tls/ca.pem"
  fi
  make_certificate server localhost DNS:localhost,IP:127.0.0.1,IP:::1 serverAuth
  local directory
  for directory in forthcoffee contoso; do
    make_certificate "$directory-sign-in" sign-in "URI:$(sign_in_identity "$directory")" clientAuth
  done
}

# A certificate of that authority, unless there is one that lives on for a week.
make_certificate() { # NAME SUBJECT ALTERNATIVE-NAMES USAGE
  local file=$state/tls/$1
  if openssl x509 -in "$file.pem" -noout -checkend 604800 >/dev/null 2>&1; then return; fi
  (
    umask 077
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$file.key" -out "$file.csr"
    openssl x509 -req -in "$file.csr" -CA "$state/tls/ca.pem" -CAkey "$state/tls/ca.key" -CAcreateserial -days 90 -out "$file.pem" \
      -extfile <(printf '%s\n' "subjectAltName=$3" basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
        "extendedKeyUsage=$4")
  ) 2>"$state/tls/openssl.log" || die "openssl could not make the certificate $1; see $state/tls/openssl.log"
}

# What the certificate of a directory's sign-in service calls it (SPIFFE).
sign_in_identity() { echo "spiffe://$1.example/sign-in"; } # DIRECTORY

# An identity provider for the platform and for each directory, with keys of either kind.
issuer_of() { echo "https://login.$1.example"; } # DIRECTORY
make_issuers() {
  "$source/deploy/dev-issuer" make "$state/issuers/platform" --algorithm ES256
  "$source/deploy/dev-issuer" make "$state/issuers/forthcoffee" --algorithm ES256
  "$source/deploy/dev-issuer" make "$state/issuers/contoso" --algorithm RS256
}

# Who calls in the story: context, directory, and the id there. People present tokens, which live 12 hours and are renewed on every run;
# the sign-in services show certificates.
principals=(
  "operator platform operator"
  "forthcoffee-admin forthcoffee admin"
  "forthcoffee-helpdesk forthcoffee helpdesk"
  "forthcoffee-user1 forthcoffee user1"
  "contoso-admin contoso admin"
)
make_tokens() {
  local context directory subject
  for principal in "${principals[@]}"; do
    read -r context directory subject <<<"$principal"
    "$source/deploy/dev-issuer" token "$state/issuers/$directory" --issuer "$(issuer_of "$directory")" --subject "$subject" \
      --output "$state/tokens/$context"
  done
}

# The contexts of the command line, one for each caller: HEARTH_CONFIG names this file.
write_contexts() {
  local context directory subject entries=()
  for principal in "${principals[@]}"; do
    read -r context directory subject <<<"$principal"
    entries+=("$(context_entry "$context" "$directory" "\"token_file\": \"$state/tokens/$context\"")")
  done
  for directory in forthcoffee contoso; do
    context=$directory-sign-in
    entries+=("$(context_entry "$context" "$directory" "\"cert\": \"$state/tls/$context.pem\", \"key\": \"$state/tls/$context.key\"")")
  done
  printf '{\n  "current": "forthcoffee-admin",\n  "contexts": {\n%s\n  }\n}\n' "$(IFS=$'\n'; echo "${entries[*]}" | sed '$!s/$/,/')" \
    >"$state/config.json"
  chmod 0600 "$state/config.json"
}
context_entry() { # CONTEXT DIRECTORY CREDENTIALS
  printf '    "%s": {"server": "127.0.0.1:%s", "ca": "%s", %s, "directory": "%s"}' "$1" "$port" "$state/tls/ca.pem" "$3" "$2"
}
