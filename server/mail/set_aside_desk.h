// The RPCs of MailService about mails that were set aside.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/mail_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Shows administrators what could not be delivered, sends it again, or gives it up. Each method is described in mail_service.proto. Thread-safe. What is
// passed in outlives the desk.
class SetAsideDesk {
 public:
  SetAsideDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::ListSetAsideMailsResponse> ListSetAsideMails(const Call& call,
                                                                  const v1::ListSetAsideMailsRequest& request);
  absl::StatusOr<v1::RetryMailResponse> RetryMail(const Call& call, const v1::RetryMailRequest& request);
  absl::StatusOr<v1::DiscardMailResponse> DiscardMail(const Call& call, const v1::DiscardMailRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
