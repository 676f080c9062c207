#include "server/mail/mime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class Object>
using Owned = std::unique_ptr<Object, Unref>;

void CheckLine(const std::string& line) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(line.begin(), line.end(), control)) throw std::invalid_argument("a header holds a control character");
}

void CheckHeader(const MailHeader& header, const std::string& subject) {
  for (const std::string* line : {&header.from_name, &header.message_id, &header.language, &subject}) CheckLine(*line);
  if (!IsMailAddress(header.from) || !IsMailAddress(header.to)) throw std::invalid_argument("not a mail address");
}

Owned<GMimePart> TextPart(const char* subtype, const std::string& text) {
  Owned<GMimePart> part(g_mime_part_new_with_type("text", subtype));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  const Owned<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return part;
}

Owned<GMimeMultipart> Alternative(const MailBody& body) {
  Owned<GMimeMultipart> both(g_mime_multipart_new_with_subtype("alternative"));
  // The best last (RFC 2046, 5.1.4).
  g_mime_multipart_add(both.get(), GMIME_OBJECT(TextPart("plain", body.text).get()));
  g_mime_multipart_add(both.get(), GMIME_OBJECT(TextPart("html", body.html).get()));
  return both;
}

void SetHeader(GMimeMessage* message, const char* name, const std::string& value) {
  g_mime_object_set_header(GMIME_OBJECT(message), name, value.c_str(), "utf-8");
}

std::string Serialize(GMimeMessage* message) {
  GMimeFormatOptions* options = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
  char* text = g_mime_object_to_string(GMIME_OBJECT(message), options);
  std::string bytes(text);
  sodium_memzero(text, bytes.size());
  g_free(text);
  g_mime_format_options_free(options);
  return bytes;
}

}  // namespace

std::string ComposeMessage(const MailHeader& header, const MailBody& body) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  CheckHeader(header, body.subject);
  const Owned<GMimeMessage> message(g_mime_message_new(/*pretty_headers=*/TRUE));
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM, header.from_name.c_str(), header.from.c_str());
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO, nullptr, header.to.c_str());
  g_mime_message_set_subject(message.get(), body.subject.c_str(), "utf-8");
  GDateTime* date = g_date_time_new_from_unix_utc(absl::ToUnixSeconds(header.date));
  g_mime_message_set_date(message.get(), date);
  g_date_time_unref(date);
  g_mime_message_set_message_id(message.get(), header.message_id.c_str());
  SetHeader(message.get(), "Content-Language", header.language);
  SetHeader(message.get(), "Auto-Submitted", "auto-generated");
  SetHeader(message.get(), "X-Auto-Response-Suppress", "All");
  g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(Alternative(body).get()));
  return Serialize(message.get());
}

}  // namespace hearth
