#include "server/signal/event_token.h"

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "hearth/v1/audit_service.pb.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"

namespace hearth {
namespace {

using nlohmann::json;

constexpr char kPurpose[] = "setes256";
constexpr char kCaep[] = "https://schemas.openid.net/secevent/caep/event-type/";
constexpr char kRisc[] = "https://schemas.openid.net/secevent/risc/event-type/";
constexpr char kVerification[] = "https://schemas.openid.net/secevent/ssf/event-type/verification";
constexpr int kFieldBytes = 32;  // Of a coordinate of P-256.

template <auto kFree>
struct Release {
  template <class Thing>
  void operator()(Thing* thing) const {
    kFree(thing);
  }
};
using Number = std::unique_ptr<BIGNUM, Release<&BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, Release<&EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Release<&EC_POINT_free>>;
using Scratch = std::unique_ptr<BN_CTX, Release<&BN_CTX_free>>;
using Jwk = std::unique_ptr<cjose_jwk_t, Release<&cjose_jwk_release>>;
using Header = std::unique_ptr<cjose_header_t, Release<&cjose_header_release>>;
using Jws = std::unique_ptr<cjose_jws_t, Release<&cjose_jws_release>>;

std::string Base64Url(std::string_view bytes) { return absl::WebSafeBase64Escape(ToAbsl(bytes)); }

std::string Bytes(const BIGNUM* number) {
  std::string bytes(kFieldBytes, '\0');
  if (BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kFieldBytes) != kFieldBytes) {
    throw std::runtime_error("a number is no coordinate of P-256");
  }
  return bytes;
}

// The JSON Web Key of a master key; `with_secret`: with what signs.
json KeyOf(const Keyring& keyring, const std::string& id, bool with_secret) {
  const Secret seed = keyring.Derive(id, kPurpose);
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Scratch scratch(BN_CTX_secure_new());
  const Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(seed.Expose().data()),
                                static_cast<int>(seed.Expose().size()), nullptr));
  const Number secret(BN_new()), x(BN_new()), y(BN_new()), most(BN_dup(EC_GROUP_get0_order(group.get())));
  const Point open(EC_POINT_new(group.get()));
  // From 1 to the order - 1.
  const bool made = BN_sub_word(most.get(), 1) == 1 &&
                    BN_mod(secret.get(), number.get(), most.get(), scratch.get()) == 1 &&
                    BN_add_word(secret.get(), 1) == 1 &&
                    EC_POINT_mul(group.get(), open.get(), secret.get(), nullptr, nullptr, scratch.get()) == 1 &&
                    EC_POINT_get_affine_coordinates(group.get(), open.get(), x.get(), y.get(), scratch.get()) == 1;
  if (!made) throw std::runtime_error("a key for event tokens cannot be derived");
  json key = {
      {"kty", "EC"}, {"crv", "P-256"}, {"kid", id}, {"x", Base64Url(Bytes(x.get()))}, {"y", Base64Url(Bytes(y.get()))}};
  if (with_secret) {
    key["d"] = Base64Url(Bytes(secret.get()));
  } else {
    key["use"] = "sig";
    key["alg"] = "ES256";
  }
  return key;
}

// In whole seconds, rounded up: who ends the sessions that began before it ends those of that second, too, and a thief's may be among them.
int64_t EventTimestamp(const Event& event) {
  const absl::Time time = std::max(event.create_time, event.sessions_valid_after);
  return absl::ToUnixSeconds(absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), absl::Seconds(1)));
}

// The event of Shared Signals that says the same, and its own claims.
std::pair<std::string, json> SignalOf(const Event& event) {
  const auto caep = [&](const char* name, json claims) {
    claims["event_timestamp"] = EventTimestamp(event);
    return std::pair(absl::StrCat(kCaep, name), std::move(claims));
  };
  const auto risc = [](const char* name) { return std::pair(absl::StrCat(kRisc, name), json::object()); };
  switch (event.type) {
    case v1::EVENT_TYPE_CREDENTIAL_CHANGED:
      return caep("credential-change", {{"credential_type", "password"},
                                        {"change_type", event.credential_version == 1 ? "create" : "update"}});
    case v1::EVENT_TYPE_SESSIONS_REVOKED:
      return caep("session-revoked", json::object());
    case v1::EVENT_TYPE_CREDENTIAL_CHANGE_REQUIRED:
      return risc("account-credential-change-required");
    case v1::EVENT_TYPE_ACCOUNT_DISABLED:
      return risc("account-disabled");
    case v1::EVENT_TYPE_ACCOUNT_ENABLED:
      return risc("account-enabled");
    case v1::EVENT_TYPE_ACCOUNT_PURGED:
      return risc("account-purged");
    case v1::EVENT_TYPE_RECOVERY_INFORMATION_CHANGED:
      return risc("recovery-information-changed");
    case v1::EVENT_TYPE_RECOVERY_ACTIVATED:
      return risc("recovery-activated");
    case v1::EVENT_TYPE_IDENTIFIER_CHANGED: {
      auto signal = risc("identifier-changed");
      signal.second["new-value"] = event.user_principal_name;
      return signal;
    }
    default:
      throw std::runtime_error("an event of a type that no signal is known for");
  }
}

// The person: by the resource name there, but of identifier-changed by the e-mail address that is no longer theirs (RISC 1.0, 2.5).
json UserOf(const Event& event, const std::string& directory) {
  if (event.type == v1::EVENT_TYPE_IDENTIFIER_CHANGED && !event.previous_principal_name.empty()) {
    return {{"format", "email"}, {"email", event.previous_principal_name}};
  }
  return {{"format", "opaque"}, {"id", UserName(directory, event.user_id)}};
}

}  // namespace

std::string EventClaims(const Event& event, const std::string& issuer, const std::string& directory,
                        const std::string& audience, absl::Time now) {
  auto [type, claims] = SignalOf(event);
  const json subject = {
      {"format", "complex"}, {"tenant", {{"format", "opaque"}, {"id", directory}}}, {"user", UserOf(event, directory)}};
  const json token = {
      {"iss", issuer},    {"aud", audience},   {"iat", absl::ToUnixSeconds(now)},      {"jti", event.event_id},
      {"txn", event.txn}, {"sub_id", subject}, {"events", {{type, std::move(claims)}}}};
  return token.dump();
}

std::string VerificationClaims(const std::string& id, const std::string& state, const std::string& issuer,
                               const std::string& receiver_name, const std::string& audience, absl::Time now) {
  json claims = json::object();
  if (!state.empty()) claims["state"] = state;
  const json subject = {{"format", "opaque"}, {"id", receiver_name}};
  const json token = {{"iss", issuer}, {"aud", audience},   {"iat", absl::ToUnixSeconds(now)},
                      {"jti", id},     {"sub_id", subject}, {"events", {{kVerification, std::move(claims)}}}};
  return token.dump();
}

EventTokens::EventTokens(const Keyring* keyring, std::string issuer) : keyring_(*keyring), issuer_(std::move(issuer)) {}

std::string EventTokens::Sign(const Event& event, const std::string& directory, const std::string& audience,
                              absl::Time now) const {
  return SignClaims(EventClaims(event, issuer_, directory, audience, now));
}

std::string EventTokens::SignVerification(const std::string& id, const std::string& state,
                                          const std::string& receiver_name, const std::string& audience,
                                          absl::Time now) const {
  return SignClaims(VerificationClaims(id, state, issuer_, receiver_name, audience, now));
}

std::string EventTokens::SignClaims(const std::string& claims) const {
  cjose_err error{};
  const auto fail = [&error] {
    return std::runtime_error(absl::StrCat("libcjose: ", error.message != nullptr ? error.message : "failed"));
  };
  std::string text = KeyOf(keyring_, keyring_.current(), /*with_secret=*/true).dump();
  const Jwk key(cjose_jwk_import(text.data(), text.size(), &error));
  WipeString(text);
  if (key == nullptr) throw fail();
  const Header header(cjose_header_new(&error));
  if (header == nullptr || !cjose_header_set(header.get(), CJOSE_HDR_ALG, "ES256", &error) ||
      !cjose_header_set(header.get(), "typ", "secevent+jwt", &error) ||
      !cjose_header_set(header.get(), CJOSE_HDR_KID, keyring_.current().c_str(), &error)) {
    throw fail();
  }
  const Jws jws(
      cjose_jws_sign(key.get(), header.get(), reinterpret_cast<const uint8_t*>(claims.data()), claims.size(), &error));
  const char* token = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws.get(), &token, &error)) throw fail();
  return token;
}

std::string EventTokens::PublicKeys() const {
  json keys = json::array();
  for (const std::string& id : keyring_.Ids()) keys.push_back(KeyOf(keyring_, id, /*with_secret=*/false));
  json set = json::object();
  set["keys"] = std::move(keys);
  return set.dump();
}

}  // namespace hearth
