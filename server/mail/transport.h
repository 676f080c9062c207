// What takes a finished message to a mail server.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace hearth {

// What became of an attempt.
struct Delivery {
  enum Outcome {
    kAccepted,  // The server has taken responsibility for it.
    kLater,     // The server refuses this mail for now (4yz), or broke off in the middle of it.
    kNever,     // The server refuses this mail for good (5yz).
    kNoServer,  // There is no server to speak to: unreachable, not trusted, not willing. Nothing is wrong with the mail.
  };
  Outcome outcome = kNoServer;
  std::string
      note;  // For the operator: stage, reply code, the server's words; no address, at most 200 visible characters.
};

// Used by one thread at a time, except Abort.
class MailTransport {
 public:
  virtual ~MailTransport() = default;
  // Sends the message, CRLF lines, to one recipient. Both addresses are mail addresses (IsMailAddress). Returns within a time of its own limit.
  virtual Delivery Send(const std::string& from, const std::string& to, const std::string& message) = 0;
  // Ends a Send that runs, and those that come, before the message itself is on its way; called from any thread.
  virtual void Abort() = 0;
};

// Makes a transport for one thread.
using MailTransportFactory = std::function<std::unique_ptr<MailTransport>()>;

}  // namespace hearth
