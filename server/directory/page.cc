#include "server/directory/page.h"

#include <sodium.h>

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "server/base/error.h"

namespace hearth {
namespace {

constexpr int kDefaultSize = 50;
constexpr int kLargestSize = 1000;
constexpr size_t kDigestBytes = 16;

const google::protobuf::FieldDescriptor* Field(const google::protobuf::Message& request, const char* name) {
  return request.GetDescriptor()->FindFieldByName(name);
}

}  // namespace

std::string Pager::Digest(const std::string& directory, const google::protobuf::Message& request,
                          const std::string& last) const {
  const std::unique_ptr<google::protobuf::Message> arguments(request.New());
  arguments->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"})
    arguments->GetReflection()->ClearField(arguments.get(), Field(request, name));
  const std::string type = request.GetDescriptor()->full_name();
  return KeyedDigest(key_, {directory, type, arguments->SerializeAsString(), last}).substr(0, kDigestBytes);
}

absl::StatusOr<Page> Pager::PageOf(const std::string& directory, const google::protobuf::Message& request) const {
  const int asked = request.GetReflection()->GetInt32(request, Field(request, "page_size"));
  if (asked < 0) return InvalidField("page_size", "must not be negative");
  Page page{.after = "", .size = asked == 0 ? kDefaultSize : std::min(asked, kLargestSize)};
  const std::string token = request.GetReflection()->GetString(request, Field(request, "page_token"));
  if (token.empty()) return page;
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kDigestBytes) {
    return Refuse(v1::ERROR_REASON_PAGE_TOKEN_INVALID);
  }
  page.after = bytes.substr(kDigestBytes);
  const std::string digest = Digest(directory, request, page.after);
  if (sodium_memcmp(digest.data(), bytes.data(), kDigestBytes) != 0) return Refuse(v1::ERROR_REASON_PAGE_TOKEN_INVALID);
  return page;
}

std::string Pager::NextToken(const std::string& directory, const google::protobuf::Message& request,
                             const std::string& last) const {
  return absl::WebSafeBase64Escape(Digest(directory, request, last) + last);
}

}  // namespace hearth
