// How a password that an administrator had made gets to the person.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"
#include "server/credential/credential_store.h"
#include "server/reset/reset_deed.h"
#include "server/reset/reset_keys.h"

namespace hearth {

class Tx;

// What a request wants of it.
struct DeliveryWish {
  v1::PasswordDelivery delivery = v1::PASSWORD_DELIVERY_UNSPECIFIED;
  std::vector<std::string> recipients;

  bool returns() const {
    return delivery == v1::PASSWORD_DELIVERY_UNSPECIFIED || delivery == v1::PASSWORD_DELIVERY_RETURN;
  }
};

// Takes it from a request with the fields `delivery` and `recipients`.
template <class Request>
DeliveryWish DeliveryWishOf(const Request& request) {
  return {request.delivery(), {request.recipients().begin(), request.recipients().end()}};
}

// What can be said of it without the database: only a generated password that must be changed is mailed, and recipients are for
// PASSWORD_BY_MAIL, each once. Fails with INVALID_FIELDS. Pure.
absl::Status CheckDeliveryWish(const DeliveryWish& wish, bool generated, const PasswordTerms& terms);

// To whom the mail goes, by the directory's policy. Fails with DELIVERY_NOT_ALLOWED. Pure.
absl::StatusOr<std::vector<std::string>> ChooseRecipients(const DeliveryWish& wish, const v1::ResetPolicy& policy,
                                                          const ResetDone& done);

// Mails the link or the password, in the transaction of the reset; to whom. Nothing for RETURN. With a link `done.expire_time` becomes the link's:
// nobody knows the password that it replaces. Fails as ChooseRecipients does.
absl::StatusOr<std::vector<std::string>> Deliver(Tx& tx, const Keyring& keyring, const ResetKeys& keys,
                                                 const DeliveryWish& wish, const PasswordTerms& terms,
                                                 const Secret& password, ResetDone& done);

}  // namespace hearth
