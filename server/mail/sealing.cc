#include "server/mail/sealing.h"

#include <sodium.h>

#include <stdexcept>
#include <utility>

#include "google/protobuf/struct.pb.h"
#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

using google::protobuf::Struct;

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* Unsigned(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* Unsigned(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

Secret KeyOf(const Keyring& keyring, const std::string& id) { return keyring.Derive(id, "mailseal"); }

// What the box is bound to, as 32 bytes.
std::string Context(const Secret& key, const SealBinding& binding) {
  return KeyedDigest(key, {"context", binding.directory, binding.mail, binding.to, MailTemplateName(binding.kind)});
}

std::string TextOf(const MailValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* secret = std::get_if<Secret>(&value)) return std::string(secret->Expose());
  if (const auto* time = std::get_if<absl::Time>(&value)) return std::to_string(absl::ToUnixMicros(*time));
  if (const auto* span = std::get_if<absl::Duration>(&value)) return std::to_string(absl::ToInt64Microseconds(*span));
  return std::to_string(std::get<int64_t>(value));
}

MailValue ValueOf(const v1::MailValueRules& rules, const std::string& text) {
  if (rules.sensitive()) return Secret(text);
  switch (rules.type()) {
    case v1::MAIL_VALUE_TYPE_TIME:
      return absl::FromUnixMicros(std::stoll(text));
    case v1::MAIL_VALUE_TYPE_DURATION:
      return absl::Microseconds(std::stoll(text));
    case v1::MAIL_VALUE_TYPE_NUMBER:
      return int64_t{std::stoll(text)};
    default:
      return text;
  }
}

void Wipe(Struct& texts) {
  for (auto& [name, value] : *texts.mutable_fields()) WipeString(*value.mutable_string_value());
}

}  // namespace

std::string SealValues(const Keyring& keyring, const std::string& key_id, const SealBinding& binding,
                       const std::map<std::string, MailValue>& values) {
  Struct texts;
  for (const auto& [name, value] : values) (*texts.mutable_fields())[name].set_string_value(TextOf(value));
  std::string plain = texts.SerializeAsString();
  Wipe(texts);
  const Secret key = KeyOf(keyring, key_id);
  const std::string context = Context(key, binding);
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Unsigned(sealed) + kNonce, nullptr, Unsigned(plain), plain.size(),
                                             Unsigned(context), context.size(), nullptr, Unsigned(sealed),
                                             Unsigned(key.Expose()));
  WipeString(plain);
  return sealed;
}

std::map<std::string, MailValue> OpenValues(const Keyring& keyring, const std::string& key_id,
                                            const SealBinding& binding, std::string_view sealed) {
  if (!keyring.Has(key_id)) throw std::runtime_error("the key of a mail is no longer in the keys file");
  if (sealed.size() < kNonce + kTag) throw std::runtime_error("the box of a mail is too short");
  const Secret key = KeyOf(keyring, key_id);
  const std::string context = Context(key, binding);
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Unsigned(plain), nullptr, nullptr, Unsigned(sealed) + kNonce,
                                                 sealed.size() - kNonce, Unsigned(context), context.size(),
                                                 Unsigned(sealed), Unsigned(key.Expose())) != 0) {
    throw std::runtime_error("the box of a mail does not open");
  }
  Struct texts;
  const bool parsed = texts.ParseFromString(plain);
  WipeString(plain);
  if (!parsed) throw std::runtime_error("the box of a mail holds no values");
  std::map<std::string, MailValue> values;
  for (const v1::MailValueRules& rules : RulesOf(binding.kind).values()) {
    const auto text = texts.fields().find(rules.name());
    if (text != texts.fields().end()) values.emplace(rules.name(), ValueOf(rules, text->second.string_value()));
  }
  Wipe(texts);
  return values;
}

}  // namespace hearth
