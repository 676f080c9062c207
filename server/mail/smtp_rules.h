// What a conversation with a mail server means.
#pragma once

#include <string>
#include <string_view>

#include "server/mail/transport.h"

namespace hearth {

// How far a conversation came, and what the server said last. Fed with what goes over the wire.
class Conversation {
 public:
  // Up to which command it came. kMessage: the message itself was begun.
  enum Stage { kConnect, kSession, kSender, kRecipient, kData, kMessage };

  // A command was sent.
  void Sent(std::string_view command);
  // A part of the message was sent.
  void SentMessage();
  // A line of a reply came.
  void Received(std::string_view line);

  Stage stage() const { return stage_; }
  // Of the reply to the last command; 0: none came.
  int code() const { return code_; }
  // That reply's last line.
  const std::string& reply() const { return reply_; }

 private:
  Stage stage_ = kConnect;
  bool over_ = false;  // QUIT was sent; what is said in parting changes nothing.
  int code_ = 0;
  std::string reply_;
};

// What became of the mail. Refusals of the recipient and of the message are the mail's own (RFC 5321, 4.2.1: 4yz may be tried again, 5yz may
// not); so is a connection that breaks in the middle of the message, or else one mail could stop all. Refusals for reasons of authorisation
// (530 to 538, enhanced codes X.7.z of RFC 3463) are taken for a server that is set up wrongly and never lose a mail at once. Anything before
// the recipient, and 421 at any time, is the server's. `accepted`: the whole conversation went well; `why` is the library's reason if not.
Delivery Judge(const Conversation& conversation, bool accepted, std::string_view why);

// The text without control characters and other alphabets, at most 200 characters.
std::string VisibleNote(std::string_view text);

}  // namespace hearth
