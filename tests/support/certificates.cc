#include "tests/support/certificates.h"

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace hearth::test {
namespace {

constexpr char kKey[] = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

}  // namespace

CertificateFolder::CertificateFolder() {
  folder_ = "/tmp/hearth-tls-XXXXXX";
  if (mkdtemp(folder_.data()) == nullptr) std::abort();
}

CertificateFolder::~CertificateFolder() { Run("rm -r " + folder_); }

std::string CertificateFolder::Read(const std::string& file) const {
  std::ostringstream text;
  text << std::ifstream(Path(file)).rdbuf();
  return text.str();
}

void CertificateFolder::Run(const std::string& command) const {
  const std::string shell = absl::StrCat("cd ", folder_, " && (", command, ") >>", folder_, ".log 2>&1");
  if (std::system(shell.c_str()) == 0) {
    unlink((folder_ + ".log").c_str());
    return;
  }
  std::cerr << "failed, see " << folder_ << ".log: " << command << '\n';
  std::abort();
}

void CertificateFolder::MakeSelfSigned(const std::string& name) const {
  Run(absl::StrCat(kKey, " -x509 -days 2 -subj /CN=", name,
                   " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ", name, ".key -out ", name, ".pem"));
}

void CertificateFolder::MakeAuthority(const std::string& name) const {
  Run(absl::StrCat(kKey, " -x509 -days 2 -subj /CN=", name,
                   " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout ",
                   name, ".key -out ", name, ".pem"));
}

void CertificateFolder::Issue(const std::string& authority, const std::string& name, const std::string& names,
                              const std::string& usage, const std::string& lifetime) const {
  Run(absl::StrCat(
      "printf '%s\\n' '[ca]' default_ca=d '[d]' database=index.txt unique_subject=no rand_serial=yes new_certs_dir=."
      " default_md=sha256 policy=p '[p]' commonName=supplied >ca.cnf && touch index.txt && printf '%s\\n'",
      names.empty() ? "" : " subjectAltName=" + names, " basicConstraints=critical,CA:FALSE extendedKeyUsage=", usage,
      " >", name, ".ext && ", kKey, " -subj /CN=", name, " -keyout ", name, ".key -out ", name,
      ".csr && openssl ca -batch -config ca.cnf -cert ", authority, ".pem -keyfile ", authority, ".key ", lifetime,
      " -notext -extfile ", name, ".ext -in ", name, ".csr -out ", name, ".pem"));
}

std::shared_ptr<grpc::ChannelCredentials> CertificateFolder::Trusting(const std::string& name,
                                                                      const std::string& certificate) const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = Read(name + ".pem");
  if (!certificate.empty()) {
    options.pem_cert_chain = Read(certificate + ".pem");
    options.pem_private_key = Read(certificate + ".key");
  }
  return grpc::SslCredentials(options);
}

}  // namespace hearth::test
