// Certificate authorities and certificates for tests, made with the openssl command line: nothing of the code under test is used. Failures end
// the test program.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace hearth::test {

// A folder of its own under /tmp, with NAME.pem and NAME.key for each name; gone with the object.
class CertificateFolder {
 public:
  CertificateFolder();
  ~CertificateFolder();
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;

  std::string Path(const std::string& file) const { return folder_ + "/" + file; }
  std::string Read(const std::string& file) const;
  // Runs a shell command in the folder.
  void Run(const std::string& command) const;

  // A self-signed certificate for this machine.
  void MakeSelfSigned(const std::string& name) const;
  // An authority, which Issue signs with.
  void MakeAuthority(const std::string& name) const;
  // A certificate with these subject alternative names, such as "URI:spiffe://a.example/x,DNS:x.a.example". `usage` is its extended key usage,
  // `lifetime` how long it lives, as options of `openssl ca`, whose configuration it leaves in ca.cnf.
  void Issue(const std::string& authority, const std::string& name, const std::string& names,
             const std::string& usage = "clientAuth", const std::string& lifetime = "-days 2") const;

  // Credentials of a client that trusts NAME.pem, and shows `certificate` unless it is empty.
  std::shared_ptr<grpc::ChannelCredentials> Trusting(const std::string& name,
                                                     const std::string& certificate = "") const;

 private:
  std::string folder_;
};

}  // namespace hearth::test
