#include "server/authn/https.h"

#include "gmock/gmock.h"

namespace hearth {
namespace {

TEST(IsPrivateUriTest, AddressesThatAreNotPublicHoweverTheyAreWritten) {
  for (const char* uri :
       {"https://127.0.0.1/", "https://127.0.0.1:8443/events?x=1", "https://127.1/", "https://0x7f.1/",
        "https://2130706433/", "https://017700000001/", "https://10.0.0.1", "https://169.254.169.254/latest",
        "https://192.168.1.1./", "https://[::1]/", "https://[::ffff:10.0.0.1]:443/", "https://[fe80::1]/",
        "https://localhost/", "https://LOCALHOST.:1/", "https://a.localhost/", "https://user@127.0.0.1/"}) {
    EXPECT_TRUE(IsPrivateUri(uri)) << uri;
  }
}

TEST(IsPrivateUriTest, PublicAddressesAndNames) {
  for (const char* uri :
       {"https://portal.example/127.0.0.1", "https://9.9.9.9/", "https://[2620:fe::fe]/", "https://127.0.0.1.example/",
        "https://localhost.example/", "https://notlocalhost/", "https://127.0.0.1@portal.example/", "", "no uri"}) {
    EXPECT_FALSE(IsPrivateUri(uri)) << uri;
  }
}

}  // namespace
}  // namespace hearth
