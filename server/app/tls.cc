#include "server/app/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace hearth {
namespace {

constexpr unsigned kReloadSeconds = 2;  // How often the files are looked at.

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ListenerCredentials(const Config& config) {
  if (config.insecure_plaintext) return grpc::InsecureServerCredentials();
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      config.tls_key, config.tls_certificate, config.tls_client_ca, kReloadSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (config.client_certificates == ClientCertificates::kNone) {
    options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  } else {
    options.watch_root_certs();
    options.set_cert_request_type(config.client_certificates == ClientCertificates::kRequired
                                      ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
    if (!config.tls_client_crls.empty()) options.set_crl_directory(config.tls_client_crls);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace hearth
