# shellcheck shell=bash
# Certificates, issuers and tokens. Sourced by quickstart.

# A certificate authority for this machine, and the server's certificate for localhost; renewed a week before it ends.
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
  if ! openssl x509 -in "$tls/server.pem" -noout -checkend 604800 >/dev/null 2>&1; then
    (
      umask 077
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout "$tls/server.key" -out "$tls/server.csr"
      openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 90 -out "$tls/server.pem" \
        -extfile <(printf '%s\n' subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 basicConstraints=critical,CA:FALSE \
          keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth)
    ) 2>"$tls/openssl.log" || die "openssl could not make the server's certificate; see $tls/openssl.log"
  fi
}

# An identity provider for the platform and for each directory, with keys of either kind.
issuer_of() { echo "https://login.$1.example"; } # DIRECTORY
make_issuers() {
  "$source/deploy/dev-issuer" make "$state/issuers/platform" --algorithm ES256
  "$source/deploy/dev-issuer" make "$state/issuers/forthcoffee" --algorithm ES256
  "$source/deploy/dev-issuer" make "$state/issuers/contoso" --algorithm RS256
}

# Who calls in the story: context, directory, and the id there. Their tokens live 12 hours and are renewed on every run.
principals=(
  "operator platform operator"
  "forthcoffee-admin forthcoffee admin"
  "forthcoffee-helpdesk forthcoffee helpdesk"
  "forthcoffee-sign-in forthcoffee sign-in"
  "contoso-admin contoso admin"
  "contoso-sign-in contoso sign-in"
)
make_tokens() {
  local context directory subject
  for principal in "${principals[@]}"; do
    read -r context directory subject <<<"$principal"
    "$source/deploy/dev-issuer" token "$state/issuers/$directory" --issuer "$(issuer_of "$directory")" --subject "$subject" \
      --output "$state/tokens/$context"
  done
}

# The contexts of the command line, one for each principal: HEARTH_CONFIG names this file.
write_contexts() {
  local context directory subject entries=()
  for principal in "${principals[@]}"; do
    read -r context directory subject <<<"$principal"
    entries+=("$(printf '    "%s": {"server": "127.0.0.1:%s", "ca": "%s", "token_file": "%s", "directory": "%s"}' \
      "$context" "$port" "$state/tls/ca.pem" "$state/tokens/$context" "$directory")")
  done
  printf '{\n  "current": "forthcoffee-admin",\n  "contexts": {\n%s\n  }\n}\n' "$(IFS=$'\n'; echo "${entries[*]}" | sed '$!s/$/,/')" \
    >"$state/config.json"
  chmod 0600 "$state/config.json"
}
