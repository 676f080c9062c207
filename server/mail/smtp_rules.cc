#include "server/mail/smtp_rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kLongestNote = 200;

const char* NameOf(Conversation::Stage stage) {
  switch (stage) {
    case Conversation::kConnect:
      return "connect";
    case Conversation::kSession:
      return "session";
    case Conversation::kSender:
      return "MAIL";
    case Conversation::kRecipient:
      return "RCPT";
    case Conversation::kData:
      return "DATA";
    default:
      return "message";
  }
}

// "550 5.7.1 …": refused because we may not, not because of the recipient.
bool IsAboutAuthority(const Conversation& conversation) {
  const int code = conversation.code();
  return (code >= 530 && code <= 538) ||
         (conversation.reply().size() > 7 && conversation.reply().substr(5, 3) == ".7.");
}

Delivery::Outcome OutcomeOf(const Conversation& conversation) {
  const Conversation::Stage stage = conversation.stage();
  const int code = conversation.code();
  if (stage < Conversation::kRecipient) return Delivery::kNoServer;
  if (code >= 400 && code < 600 && code != 421) {
    return code < 500 || IsAboutAuthority(conversation) ? Delivery::kLater : Delivery::kNever;
  }
  return stage == Conversation::kMessage && code != 421 ? Delivery::kLater : Delivery::kNoServer;
}

}  // namespace

void Conversation::Sent(std::string_view command) {
  const absl::string_view text = ToAbsl(command);
  if (absl::StartsWithIgnoreCase(text, "MAIL")) {
    stage_ = kSender;
  } else if (absl::StartsWithIgnoreCase(text, "RCPT")) {
    stage_ = kRecipient;
  } else if (absl::StartsWithIgnoreCase(text, "DATA")) {
    stage_ = kData;
  } else if (absl::StartsWithIgnoreCase(text, "QUIT")) {
    over_ = true;
    return;
  } else if (stage_ == kConnect) {
    stage_ = kSession;
  }
  code_ = 0;
  reply_.clear();
}

void Conversation::SentMessage() {
  if (stage_ == kMessage) return;
  stage_ = kMessage;
  code_ = 0;
  reply_.clear();
}

void Conversation::Received(std::string_view line) {
  while (!line.empty() && absl::ascii_isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
  int code = 0;
  for (size_t i = 0; i < 3; ++i) {
    if (line.size() < 3 || line[i] < '0' || line[i] > '9') return;  // No reply of SMTP.
    code = code * 10 + (line[i] - '0');
  }
  if (over_) return;
  code_ = code;
  reply_ = line;
}

Delivery Judge(const Conversation& conversation, bool accepted, std::string_view why) {
  if (accepted) return {Delivery::kAccepted, conversation.reply()};
  const bool replied = conversation.code() >= 400;
  return {OutcomeOf(conversation), absl::StrCat(NameOf(conversation.stage()), ": ",
                                                replied ? absl::string_view(conversation.reply()) : ToAbsl(why))};
}

std::string VisibleNote(std::string_view text) {
  std::string note;
  for (const char c : text.substr(0, kLongestNote)) note += c >= 0x20 && c < 0x7f ? c : '?';
  return note;
}

}  // namespace hearth
