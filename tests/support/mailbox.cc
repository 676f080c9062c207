#include "tests/support/mailbox.h"

#include <variant>

#include "server/base/hex.h"
#include "server/mail/sealing.h"

namespace hearth::test {

std::vector<WaitingMail> OpenMails(const Rows& rows, const Keyring& keyring) {
  std::vector<WaitingMail> mails;
  for (const auto& row : rows) {
    WaitingMail& mail = mails.emplace_back();
    mail.directory = row[0];
    mail.to = row[2];
    mail.kind = static_cast<v1::MailTemplate>(std::stoi(row[3]));
    mail.languages = row[6];
    const SealBinding binding{.directory = row[0], .mail = row[1], .to = row[2], .kind = mail.kind};
    for (const auto& [name, value] : OpenValues(keyring, row[4], binding, FromHex(row[5]))) {
      if (const auto* text = std::get_if<std::string>(&value)) mail.values[name] = *text;
      if (const auto* secret = std::get_if<Secret>(&value)) mail.values[name] = std::string(secret->Expose());
    }
  }
  return mails;
}

}  // namespace hearth::test
