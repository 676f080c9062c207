// The mail server of tests/support/mail_sink.py as a program beside the test.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hearth::test {

// A mail as it arrived.
struct SunkMail {
  nlohmann::json all;  // As mail_sink.py wrote it.

  std::string text(const char* field) const { return all.at(field).get<std::string>(); }
  // All values of a header, decoded.
  std::vector<std::string> Header(const std::string& name) const;
};

// Starts the server; ends it, and removes what it kept, when destroyed. One thread at a time.
class MailSink {
 public:
  // With these arguments of mail_sink.py: {"--mode", "silent"}.
  explicit MailSink(std::vector<std::string> arguments = {});
  ~MailSink();
  MailSink(const MailSink&) = delete;
  MailSink& operator=(const MailSink&) = delete;

  int port() const { return port_; }
  // "127.0.0.1:2525"
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // What came, in the order in which it came.
  std::vector<SunkMail> Mails() const;
  // Waits until `count` mails came, for at most 30 s; then what came.
  std::vector<SunkMail> WaitFor(size_t count) const;

  // The server goes away, and comes back on the same port with what it had kept.
  void Stop();
  void Start();

 private:
  std::vector<std::string> arguments_;
  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
  int input_ = -1;  // The server ends when this closes.
};

// A certificate for 127.0.0.1 and its key, signed by itself, in PEM files that are removed when the test ends.
class TestCertificate {
 public:
  // For a name such as "IP:127.0.0.1" or "DNS:mail.example.com".
  explicit TestCertificate(const std::string& subject_alternative_name = "IP:127.0.0.1");
  ~TestCertificate();

  std::string certificate() const { return folder_ + "/certificate.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace hearth::test
