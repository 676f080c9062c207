#include "server/mail/set_aside_desk.h"

#include <vector>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/mail/outbox.h"
#include "server/mail/set_aside_store.h"

namespace hearth {
namespace {

absl::Status MailNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "mail"}}); }

v1::Mail ToProto(const SetAsideMail& mail) {
  v1::Mail proto;
  proto.set_name(MailName(mail.directory, mail.id));
  proto.set_template_(mail.kind);
  proto.set_recipient(mail.to);
  if (!mail.person.empty()) proto.set_person(UserName(mail.directory, mail.person));
  proto.set_note(mail.note);
  proto.set_retryable(mail.retryable);
  *proto.mutable_create_time() = hearth::ToProto(mail.create_time);
  *proto.mutable_set_aside_time() = hearth::ToProto(mail.set_aside_time);
  *proto.mutable_expire_time() = hearth::ToProto(mail.expire_time);
  return proto;
}

}  // namespace

absl::StatusOr<v1::ListSetAsideMailsResponse> SetAsideDesk::ListSetAsideMails(
    const Call& call, const v1::ListSetAsideMailsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListSetAsideMailsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListSetAsideMailsResponse& response) {
        std::vector<SetAsideMail> mails = ListSetAside(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, mails, [](const SetAsideMail& mail) { return mail.place(); }));
        for (const SetAsideMail& mail : mails) *response.add_mails() = ToProto(mail);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RetryMailResponse> SetAsideDesk::RetryMail(const Call& call, const v1::RetryMailRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::RetryMailResponse>(database_, keyring_, call, ScopeOf(call, name.directory), request,
                                       [&](Tx& tx, const Access&, v1::RetryMailResponse&) -> absl::Status {
                                         const auto mail = LockSetAside(tx, name.directory, name.id);
                                         if (!mail.has_value()) return MailNotFound();
                                         if (!mail->retryable) return Refuse(v1::ERROR_REASON_MAIL_EXPIRED);
                                         RetrySetAside(tx, *mail,
                                                       MailboxOf(keyring_, mail->directory, mail->person, mail->to));
                                         return absl::OkStatus();
                                       });
}

absl::StatusOr<v1::DiscardMailResponse> SetAsideDesk::DiscardMail(const Call& call,
                                                                  const v1::DiscardMailRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DiscardMailResponse>(database_, keyring_, call, ScopeOf(call, name.directory), request,
                                         [&](Tx& tx, const Access&, v1::DiscardMailResponse&) -> absl::Status {
                                           const auto mail = LockSetAside(tx, name.directory, name.id);
                                           if (!mail.has_value()) return MailNotFound();
                                           DiscardSetAside(tx, *mail);
                                           return absl::OkStatus();
                                         });
}

}  // namespace hearth
