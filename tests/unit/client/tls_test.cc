// TLS: whom the client trusts, and how it shows who it is.
#include <grpcpp/security/server_credentials.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>

#include "gtest/gtest.h"
#include "hearth/client/client.h"
#include "tests/unit/client/fake_hearth.h"

namespace hearth::client {
namespace {

struct Certificate {
  std::string certificate;
  std::string key;
};

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

// A certificate that is its own root, for the DNS name `name`.
Certificate SelfSigned(const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key);
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(x509, subject);
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  const std::string names = "DNS:" + name;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(x509, key, EVP_sha256());

  BIO* certificate = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate, x509);
  BIO* private_key = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(private_key, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(x509);
  EVP_PKEY_free(key);
  return {TextOf(certificate), TextOf(private_key)};
}

std::string FileWith(const std::string& name, const std::string& content) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << content;
  return path;
}

class TlsTest : public ::testing::Test {
 protected:
  static std::shared_ptr<grpc::ServerCredentials> Credentials(const Certificate& server,
                                                              const std::string& client_roots) {
    grpc::SslServerCredentialsOptions options(client_roots.empty()
                                                  ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                  : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_key_cert_pairs.push_back({server.key, server.certificate});
    options.pem_root_certs = client_roots;
    return grpc::SslServerCredentials(options);
  }

  Options OptionsFor(const FakeHearth& hearth) const {
    Options options;
    options.server = hearth.address();
    options.server_name = "hearth.test";
    options.ca_file = FileWith("tls_test.ca", server_.certificate);
    options.retry.max_attempts = 1;
    return options;
  }

  static absl::StatusCode Outcome(const Options& options) {
    return Client::Create(options)->GetUser({}).status().code();
  }

  const Certificate server_ = SelfSigned("hearth.test");
};

TEST_F(TlsTest, TrustsTheRootItIsGiven) {
  FakeHearth hearth(Credentials(server_, ""));
  EXPECT_EQ(Outcome(OptionsFor(hearth)), absl::StatusCode::kOk);
}

TEST_F(TlsTest, TrustsNoOtherRootAndNoOtherName) {
  FakeHearth hearth(Credentials(server_, ""));
  Options other_root = OptionsFor(hearth);
  other_root.ca_file = FileWith("tls_test.other", SelfSigned("hearth.test").certificate);
  EXPECT_EQ(Outcome(other_root), absl::StatusCode::kUnavailable);
  Options other_name = OptionsFor(hearth);
  other_name.server_name = "elsewhere.test";
  EXPECT_EQ(Outcome(other_name), absl::StatusCode::kUnavailable);
  Options plaintext = OptionsFor(hearth);
  plaintext.ca_file.clear();
  plaintext.plaintext = true;
  EXPECT_EQ(Outcome(plaintext), absl::StatusCode::kUnavailable);
}

TEST_F(TlsTest, ShowsItsCertificate) {
  const Certificate client = SelfSigned("portal.test");
  FakeHearth hearth(Credentials(server_, client.certificate));
  EXPECT_EQ(Outcome(OptionsFor(hearth)), absl::StatusCode::kUnavailable) << "without one";
  Options options = OptionsFor(hearth);
  options.cert_file = FileWith("tls_test.cert", client.certificate);
  options.key_file = FileWith("tls_test.key", client.key);
  EXPECT_EQ(Outcome(options), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace hearth::client
