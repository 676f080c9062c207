// Made by make_vectors.py with jwcrypto and PyJWT; keys of RFC 7515, A.2 and A.3. Do not edit.
#pragma once

namespace hearth::vectors {

inline constexpr char kKeySet[] =
    R"({"keys": [{"e": "AQAB", "kty": "RSA", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W2)"
    R"(6mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo)"
    R"(9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxv)"
    R"(b3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp)"
    R"(oQ", "kid": "rsa"}, {"crv": "P-256", "kty": "EC", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvR)"
    R"(VEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "kid": "ec"}]})";

inline constexpr char kRs256[] =
    R"(eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXB)"
    R"(sZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTA)"
    R"(yNDQ4NDAwfQ.Ie7n0-tqaqqTs_5dOEVSLFPiAVOiLEBHYH5UrWUU0LoX3a99aBM6991m4CwjPWg23GQ9gIYh69c4prnl4Fdg)"
    R"(ZE06sn82cO4HG7wnbDa2anBq7xVFSE5mFm8UZpJIGpznj9j-BTm-cRklxo8iGsCJRbLeqPdRwK3egEaLAqidVn2Spl40jMAM)"
    R"(pABWvXgMQl_qVzzRTNT_U16jkJNlXpPM5D0Ze_ZCmdvRre3gIDRNRGWugkuzCigCcMjZh9ey8igdzqLdoMROeSmxIU8e64BU)"
    R"(zjgs-sZzLGq4Jsj541v3iczmNdHHls7DjQLCkKLd1A8OqYCTrqw8FA7-C43FRAwWDQ)";

inline constexpr char kPs256[] =
    R"(eyJhbGciOiAiUFMyNTYiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXB)"
    R"(sZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTA)"
    R"(yNDQ4NDAwfQ.HwjJI4WU2b8S2iez26pFLjR_yyf5kULCKwEIOKUQGl9Hpc4QKIy0zMEcX0lib9TiIsI8843KCFhRGGpGJF5V)"
    R"(8tV72fxAzEGnXW3BUkB4-TndCeszuRH8-gGY_hV2CJfohRq2UYeGKA-SsM1DZjODsmzYxieu_VlCCI54s7YAcdjd8vKRxxTg)"
    R"(JIXxtdfw9tuU51ZXu_IXjtb2Ahd7-wvG-16I1sOpFVIDQHKqztTLqu_qyJCAaf7nR7eYbfs6iLbuyXiOV-DYc5K0txgFj6zV)"
    R"(NYNYUTowlNev1kfKL7tZhNfQCXmTA8uWdaryt7HKQXeeYDodm56pWNn2o4kUHxE6Vg)";

inline constexpr char kEs256[] =
    R"(eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVjIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXBs)"
    R"(ZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTAy)"
    R"(NDQ4NDAwfQ.6WsGvgFh9YKeVChibwqryVCrhdkZtORp6QSnCd9wiD7WZI99SRZIsFLB6gMvF3MSPoCjQqSyNw7F0abtEXYEd)"
    R"(Q)";

inline constexpr char kRs256ByPyJwt[] =
    R"(eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5mb3J0aGNvZmZ)"
    R"(lZS5leGFtcGxlIiwic3ViIjoic3ZjLXNpZ25pbiIsImF1ZCI6ImhlYXJ0aCIsImlhdCI6NDEwMjQ0NDgwMCwiZXhwIjo0MTA)"
    R"(yNDQ4NDAwfQ.HqvEsQTf1CJl6g_tXRoxj9qqcfVmEhhaGM74_fu3FN40K64ymYOJ3sT-d0ckXGyMGTvORQcOTHMV66Rqe7UP)"
    R"(ZZ-vtptaDVMF1zhSvciIVkHxYvhxRUbQ6KU4npjBGRD3mWOslVv1OBfv9n57UJ8iwlusNS2dyIKnpWVBWfyXMX8wu5ENDd8s)"
    R"(wuTJtQZV-9l-F9Oz0vwvoTpqdPSwaVb0SpVh1vm8NsFsiaZ6l2-QeNsYAVFOFjYOvQLwV4ge1z0pveP5Bx7jzCNNsYpWcffo)"
    R"(j1evkLbwhnMqWEyWaV5hSdt11mYm-qGYsHOB4Wquvbj9_3HUzII6Q1fYC6aaZLKZkw)";

inline constexpr char kPs256ByPyJwt[] =
    R"(eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5mb3J0aGNvZmZ)"
    R"(lZS5leGFtcGxlIiwic3ViIjoic3ZjLXNpZ25pbiIsImF1ZCI6ImhlYXJ0aCIsImlhdCI6NDEwMjQ0NDgwMCwiZXhwIjo0MTA)"
    R"(yNDQ4NDAwfQ.Qr47ONfMGwtE2bnSIUHKs7yffB15ZuOh8m8enXOebPPKp9zBcbvx22ejDtS_UGWbCZHZxlh625WA_YCcLkJr)"
    R"(63wnUG_D7DfK_DNZAsvlbHlapvUr_wtNzt1cnB0opklZC8XbPfTiydSJ-2b8TznJOREMb8MF6pg54Kvnq0PvoqPxXitu0Jv5)"
    R"(qtKlCM4A52XOdxShk0WP-tdKllFSxNbb2tvu-AHRDezSg2PW--IHy-ThCodtLBDZMRwKl11myVy_631HrvXHe-GJdaephvWh)"
    R"(VvOtd5cu5P7YbiqADlR5MSnljZG1Jp8vbu0f1uu39AFhPfFTIxlredVGW0PPhdvVYA)";

inline constexpr char kEs256ByPyJwt[] =
    R"(eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5mb3J0aGNvZmZl)"
    R"(ZS5leGFtcGxlIiwic3ViIjoic3ZjLXNpZ25pbiIsImF1ZCI6ImhlYXJ0aCIsImlhdCI6NDEwMjQ0NDgwMCwiZXhwIjo0MTAy)"
    R"(NDQ4NDAwfQ.W8tN4AFLkgk4xfHOBu-guUMij-ok2SKsQhkKta1iEVyITEkz95bPr-reEWWCKBfxUR3QZs-fs98Xi_5fTqGvw)"
    R"(g)";

inline constexpr char kRs512[] =
    R"(eyJhbGciOiAiUlM1MTIiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXB)"
    R"(sZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTA)"
    R"(yNDQ4NDAwfQ.kFfuZvToKdQpBEgUkKIDHurvi4_39gkFRCF84RLjfnXdOGKtbAgc4GNxYeZfx-xOYhD9ixO1Z7vZHsUiCXS8)"
    R"(F2MyzPI8sKB-DrR0Kvs0eSibu98LhVQNoc3iWkM7n9PHHlyZ6y79SvW5spBgqPRYVjlEyb9CAdqambQAr9r49jeDyz2nA8K3)"
    R"(tNb_Dy4JdYLbK_vBiVcXPdfL7mb6hrxfPKmCheH1VdKbQRwVVY--fVIo_L3Sm9rSHqAz8g3Ll9aP0DtUt9P_v_Z4ut62Lm4h)"
    R"(WUEI8xmudLE4brEhdF8OiC8P4IwK4HFLFDByJlVIboIHNN9mMEG5Sy2L-WKoH-ZZGw)";

inline constexpr char kEs384[] =
    R"(eyJhbGciOiAiRVMzODQiLCAia2lkIjogImVjIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXBs)"
    R"(ZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTAy)"
    R"(NDQ4NDAwfQ.0W7qmIuwGAJRPE0bO5rA0l9N-C_RVT_AuExCF8Q6V_jMCGO1sR7S6D7zpVze54xCBEOinKJb7CCaOx1gIApu1)"
    R"(k7Si_X_bf9NpiKdTpfQXY937WPKZkcyshWw6fpINSMp)";

inline constexpr char kNone[] =
    R"(eyJhbGciOiJub25lIiwia2lkIjoicnNhIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5mb3J0aGNvZmZl)"
    R"(ZS5leGFtcGxlIiwic3ViIjoic3ZjLXNpZ25pbiIsImF1ZCI6ImhlYXJ0aCIsImlhdCI6NDEwMjQ0NDgwMCwiZXhwIjo0MTAy)"
    R"(NDQ4NDAwfQ.)";

inline constexpr char kHs256WithThePublicKey[] =
    R"(eyJhbGciOiAiSFMyNTYiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZm9ydGhjb2ZmZWUuZXhhbXB)"
    R"(sZSIsICJzdWIiOiAic3ZjLXNpZ25pbiIsICJhdWQiOiAiaGVhcnRoIiwgImlhdCI6IDQxMDI0NDQ4MDAsICJleHAiOiA0MTA)"
    R"(yNDQ4NDAwfQ.VWGAyA7semv8cL7D_1szrIziZ9QR-Dj24mAbv0HFjzM)";

}  // namespace hearth::vectors
