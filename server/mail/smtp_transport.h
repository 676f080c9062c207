// SMTP submission through libcurl.
#pragma once

#include <atomic>
#include <memory>

#include "server/mail/smtp_options.h"
#include "server/mail/transport.h"

namespace hearth {

// Speaks to one server; keeps its connection between mails. TLS 1.2 or later, certificate and name verified, unless the options say plaintext.
// Makes no sound about passwords: what is sent for SASL is not in notes or logs.
class SmtpTransport final : public MailTransport {
 public:
  explicit SmtpTransport(SmtpOptions options);
  ~SmtpTransport() override;

  Delivery Send(const std::string& from, const std::string& to, const std::string& message) override;
  void Abort() override { aborted_ = true; }

 private:
  struct Session;

  const SmtpOptions options_;
  std::atomic<bool> aborted_ = false;
  std::unique_ptr<Session> session_;
};

}  // namespace hearth
