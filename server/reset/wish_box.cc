#include "server/reset/wish_box.h"

#include <sodium.h>

#include <stdexcept>

namespace hearth {
namespace {

// An identifier of 254 bytes, a language of 35, a number, and protobuf's tags fit. The largest wish decides the size of all.
constexpr size_t kPadded = 320;
constexpr size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string WishBox::Seal(const ResetWish& wish) const {
  v1::RequestResetRequest message;
  message.set_identifier(wish.identifier);
  message.set_language(wish.language);
  message.set_channel(wish.channel);
  std::string plain = message.SerializeAsString();
  const size_t size = plain.size();
  if (size >= kPadded) throw std::runtime_error("a wish is too long");
  plain.resize(kPadded);
  size_t padded = 0;
  sodium_pad(&padded, Bytes(plain), size, kPadded, kPadded);
  std::string sealed(kOverhead + kPadded, '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(), Bytes(sealed),
                        Bytes(key_.Expose()));
  return sealed;
}

ResetWish WishBox::Open(const std::string& sealed) const {
  std::string plain(kPadded, '\0');
  size_t size = 0;
  v1::RequestResetRequest message;
  const bool opened =
      sealed.size() == kOverhead + kPadded &&
      crypto_secretbox_open_easy(Bytes(plain), Bytes(std::string_view(sealed)) + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, Bytes(std::string_view(sealed)),
                                 Bytes(key_.Expose())) == 0 &&
      sodium_unpad(&size, Bytes(plain), plain.size(), kPadded) == 0 &&
      message.ParseFromArray(plain.data(), static_cast<int>(size));
  if (!opened) throw std::runtime_error("a wish cannot be opened");
  return {message.identifier(), message.language(), message.channel()};
}

}  // namespace hearth
