// Tokens that are too large to be looked at: from clients that keep to the server's limits, and from one that does not.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr size_t kKib = 1024;
constexpr size_t kLargestFrame = 16 * kKib;

// A connection in HTTP/2 (RFC 9113) that sends one call, and minds no limits.
class RawCaller {
 public:
  explicit RawCaller(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  ~RawCaller() { close(socket_); }

  // Calls GetUser with this token, and returns the header block of the answer, or what came instead.
  std::string Call(const std::string& token) {
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    SendFrame(kSettings, 0, 0, "");
    const std::string block = absl::StrCat("\x83\x86", Literal(":path", "/hearth.v1.DirectoryService/GetUser"),
                                           Literal(":authority", "localhost"), Literal("te", "trailers"),
                                           Literal("content-type", "application/grpc"),
                                           Literal("authorization", absl::StrCat("Bearer ", token)));
    for (size_t at = 0; at < block.size(); at += kLargestFrame) {
      const bool last = at + kLargestFrame >= block.size();
      SendFrame(at == 0 ? kHeaders : kContinuation, last ? kEndHeaders : 0, 1, block.substr(at, kLargestFrame));
    }
    SendFrame(kData, kEndStream, 1, std::string(5, '\0'));  // An empty message.
    return WhatEnded();
  }

 private:
  enum Type : unsigned char { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kGoAway = 7, kContinuation = 9 };
  static constexpr unsigned char kEndStream = 1, kEndHeaders = 4;

  // A header in HPACK (RFC 7541, 6.2.2): not indexed, not compressed.
  static std::string Literal(const std::string& name, const std::string& value) {
    return absl::StrCat(std::string(1, '\0'), Length(name.size()), name, Length(value.size()), value);
  }
  static std::string Length(size_t size) {
    if (size < 127) return std::string(1, static_cast<char>(size));
    std::string bytes(1, '\x7f');
    for (size -= 127; size >= 128; size /= 128) bytes.push_back(static_cast<char>(size % 128 + 128));
    bytes.push_back(static_cast<char>(size));
    return bytes;
  }
  // What the server does not take any more is not sent.
  void Send(const std::string& bytes) {
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t sent = send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<size_t>(sent);
    }
  }
  void SendFrame(Type type, unsigned char flags, uint32_t stream, const std::string& payload) {
    std::string head;
    for (const int shift : {16, 8, 0}) head.push_back(static_cast<char>(payload.size() >> shift));
    head.push_back(static_cast<char>(type));
    head.push_back(static_cast<char>(flags));
    for (const int shift : {24, 16, 8, 0}) head.push_back(static_cast<char>(stream >> shift));
    Send(head + payload);
  }
  std::string Receive(size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(socket_, bytes.data(), size, MSG_WAITALL);
    return got == static_cast<ssize_t>(size) ? bytes : "";
  }
  std::string WhatEnded() {
    while (true) {
      const std::string head = Receive(9);
      if (head.empty()) return "the connection was closed";
      const auto byte = [&head](size_t at) { return static_cast<unsigned char>(head[at]); };
      const size_t size = size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2);
      const std::string payload = size == 0 ? "" : Receive(size);
      if (byte(3) == kReset) return "the stream was reset";
      if (byte(3) == kGoAway) return "the connection was given up";
      if (byte(3) == kHeaders && (byte(4) & kEndStream) != 0) return payload;
    }
  }

  const int socket_;
};

class LargeMetadataTest : public ServerFixture {
 protected:
  LargeMetadataTest() { Start(); }

  // On a connection of its own: the call before may have taken its connection along.
  absl::Status Get(const std::string& token) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    Directories stub(
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port()), grpc::InsecureChannelCredentials(), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + token);
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name("directories/forthcoffee/users/user1");
    return FromGrpc(stub.GetUser(&context, request, &response));
  }
};

TEST_F(LargeMetadataTest, ClientsThatKeepToTheLimitRefuseLargerTokensThemselvesWhateverTheirSize) {
  EXPECT_THAT(Get(std::string(9 * kKib, 'a')), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << "below it";
  for (const size_t size : {17 * kKib, 64 * kKib, 1024 * kKib}) {
    const absl::Status status = Get(std::string(size, 'a'));
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << size;
    EXPECT_EQ(ReasonOf(status), std::nullopt) << size;
    EXPECT_THAT(Get(TokenFor(ForthAdmin())), IsOk()) << size;
  }
}

TEST_F(LargeMetadataTest, WhoeverMindsNoLimitGetsTheBytesThatAnyBadTokenGets) {
  // But for the call's id, which is as long as any other.
  const auto refused = [this](const std::string& token) {
    static const std::regex id("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    return std::regex_replace(RawCaller(port()).Call(token), id, "id");
  };
  const std::string refusal = refused("not a token");
  EXPECT_THAT(refusal, testing::HasSubstr("The call's credentials are not accepted."));
  for (const size_t size : {9 * kKib, 17 * kKib, 64 * kKib, 1024 * kKib}) {
    EXPECT_EQ(refused(std::string(size, 'a')), refusal) << size;
    EXPECT_THAT(Get(TokenFor(ForthAdmin())), IsOk()) << size;
  }
}

}  // namespace
}  // namespace hearth::test
