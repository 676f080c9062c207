#include "server/mail/mail_desk.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/directory_rules.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/mail/language.h"
#include "server/mail/mail_body.h"
#include "server/mail/mail_settings_store.h"
#include "server/mail/mime.h"
#include "server/mail/samples.h"

namespace hearth {
namespace {

v1::MailSettings ToProto(std::string_view directory, const MailSettings& settings) {
  v1::MailSettings proto;
  proto.set_name(MailSettingsName(directory));
  proto.set_sender_name(settings.sender_name);
  proto.set_color(settings.color);
  proto.set_support_uri(settings.support_uri);
  proto.set_language(settings.language);
  proto.set_time_zone(settings.time_zone);
  if (settings.update_time != absl::InfinitePast())
    *proto.mutable_update_time() = hearth::ToProto(settings.update_time);
  proto.set_etag(std::to_string(settings.revision));
  return proto;
}

// The settings as the request wants them.
absl::StatusOr<MailSettings> Updated(const MailSettings& settings, const v1::UpdateMailSettingsRequest& request) {
  const v1::MailSettings& proto = request.mail_settings();
  ASSIGN_OR_RETURN(
      const std::set<std::string> fields,
      FieldsToUpdate(proto, request.update_mask(), {"sender_name", "color", "support_uri", "language", "time_zone"}));
  MailSettings updated = settings;
  if (fields.contains("sender_name")) updated.sender_name = proto.sender_name();
  if (fields.contains("color")) updated.color = absl::AsciiStrToLower(proto.color());
  if (fields.contains("support_uri")) updated.support_uri = proto.support_uri();
  if (fields.contains("language")) updated.language = proto.language();
  if (fields.contains("time_zone")) updated.time_zone = proto.time_zone();
  return updated;
}

}  // namespace

absl::StatusOr<v1::GetMailSettingsResponse> MailDesk::GetMailSettings(const Call& call,
                                                                      const v1::GetMailSettingsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetMailSettingsResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetMailSettingsResponse& response) {
        *response.mutable_mail_settings() = ToProto(name.directory, FindMailSettings(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateMailSettingsResponse> MailDesk::UpdateMailSettings(
    const Call& call, const v1::UpdateMailSettingsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.mail_settings().name()));
  return Change<v1::UpdateMailSettingsResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::UpdateMailSettingsResponse& response) -> absl::Status {
        RETURN_IF_ERROR(LockUndeletedDirectory(tx, name.directory).status());
        const MailSettings settings = FindMailSettings(tx, name.directory);
        RETURN_IF_ERROR(CheckEtag(request.mail_settings().etag(), settings.revision, "mail settings"));
        ASSIGN_OR_RETURN(const MailSettings updated, Updated(settings, request));
        SaveMailSettings(tx, name.directory, updated);
        *response.mutable_mail_settings() = ToProto(name.directory, FindMailSettings(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::PreviewMailResponse> MailDesk::PreviewMail(const Call& call, const v1::PreviewMailRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  return Look<v1::PreviewMailResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::PreviewMailResponse& response) -> absl::Status {
        const auto brand = FindMailBrand(tx, parent.directory);
        if (!brand.has_value()) return DirectoryNotFound();
        const Language language = ChooseLanguage({request.language()}, brand->language);
        const MailBody body =
            RenderMail(request.template_(), language, *brand, SampleValues(request.template_()), kSampleExpiry);
        response.set_subject(body.subject);
        response.set_text(body.text);
        response.set_html(body.html);
        response.set_message(ComposeMessage(
            {brand->sender(), kSampleSender, kSampleRecipient, kSampleMessageId, kSampleTime, language.locale}, body));
        return absl::OkStatus();
      });
}

}  // namespace hearth
