// How the values of a mail wait in the database: sealed, bound to the mail they belong to.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/base/keyring.h"
#include "server/mail/mail.h"

namespace hearth {

// What a box belongs to. It opens with exactly these only: a row that was given another recipient, template or directory by whoever can
// write to the database stays shut.
struct SealBinding {
  std::string directory;
  std::string mail;  // Its id.
  std::string to;
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
};

// All values, sealed (XChaCha20-Poly1305) under a key derived from `key_id` of the ring.
std::string SealValues(const Keyring& keyring, const std::string& key_id, const SealBinding& binding,
                       const std::map<std::string, MailValue>& values);

// The values again. Throws std::runtime_error when the box was not made so, or its key is no longer in the ring.
std::map<std::string, MailValue> OpenValues(const Keyring& keyring, const std::string& key_id,
                                            const SealBinding& binding, std::string_view sealed);

}  // namespace hearth
