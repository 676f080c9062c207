// The RPCs of MailService.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/mail_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes how mails look. Each method is described in mail_service.proto. Thread-safe. What is passed in outlives the desk.
class MailDesk {
 public:
  MailDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::GetMailSettingsResponse> GetMailSettings(const Call& call,
                                                              const v1::GetMailSettingsRequest& request);
  absl::StatusOr<v1::UpdateMailSettingsResponse> UpdateMailSettings(const Call& call,
                                                                    const v1::UpdateMailSettingsRequest& request);
  absl::StatusOr<v1::PreviewMailResponse> PreviewMail(const Call& call, const v1::PreviewMailRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
