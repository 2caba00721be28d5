/* jose/vectors_test.h: published vectors, and tokens signed by another implementation (Node's crypto). (private to jose/, tests alone)
 */
#pragma once

/* [RFC7515 A.3] */
#define RFC7515_A3_JWK                                                                                            \
  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"                \
  "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define RFC7515_A3_JWS                                                                                            \
  "eyJhbGciOiJFUzI1NiJ9."                                                                                         \
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."               \
  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

/* [RFC7638 3.1], its alg left out: it names RS256, which is not taken here */
#define RFC7638_JWK                                                                                               \
  "{\"kty\":\"RSA\",\"n\":"                                                                                       \
  "\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3" \
  "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZH" \
  "zu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU" \
  "8awapJzKnqDKgw\",\"e\":\"AQAB\",\"kid\":\"2011-04-29\"}"
#define RFC7638_THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

/* [RFC8037 A.2, A.3, A.4] */
#define RFC8037_JWK "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define RFC8037_THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define RFC8037_INPUT "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define RFC8037_SIGNATURE "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

/* [RFC9449 4.1, 6.1] */
#define RFC9449_PROOF                                                                                             \
  "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rs" \
  "cEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2" \
  "In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2Vu" \
  "IiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZ" \
  "T3Lg"
#define RFC9449_THUMBPRINT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

/* Made by Node's crypto: claims of a client's assertion, valid from 1700000000 to 1700000060. */
#define RSA_JWK \
    "{\"kty\":\"RSA\",\"n\":\"2AO77lQ07kXgj_a2mgwSMK71ZD_zVHs8rZCktwu0uvwGPA6XwhZ3OGkPcX7TzwWvLQlIRvnzSMVWvq9y598k3K5o2WQKMgF" \
    "oYZLU8Ff47AnN74spXuGhprkqpEvwuNQDKwxeZO2UmexKchFhd3HqCPeQLDjbPqMSCkvEJwrzyeoOjnU1g_Fdtzq9UWMOJeiiK63o6rzPKjEyRQOsO5p-Dou" \
    "zgOBkwYcUgY6wFkMo7M1YrRpeqgNpdZkH4mbdaLcqeFxsmn5JLoudNrEFTq26xTShW_diyCXx0utzXFdJs79O3JmXd5X6s7G5sPGbamUG0zROLfNhgI50OUN" \
    "LrL216w\",\"e\":\"AQAB\"}"
#define RSA_1024_JWK \
    "{\"kty\":\"RSA\",\"n\":\"vHLRWHg67SMGjmv11TPTmdhEPw9oq2OOgA_nRDE9YvaOz5iihGJub5qwOePdo2Rr2Jf_3QLGDlcLcPUJXIoYpEHPRMReqrq" \
    "y7TV8GXYCZq7JxdJ57tXcEVpQfHw2Iw0uuUB9Nf2C0mz26nnAzKuXaAdWhyC-1mwaE0Zoe333-60\",\"e\":\"AQAB\"}"
#define ED25519_JWK \
    "{\"crv\":\"Ed25519\",\"x\":\"Vk5sCtI6u49-Fo335mmYJ9Jbu5Z6v7AA8B4kv5GzgKY\",\"kty\":\"OKP\"}"
#define PS256_JWS \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJjbGllbnQtMSIsInN1YiI6ImNsaWVudC0xIiwiYXVkIjoiaHR0cHM6Ly9kYW5oLmV4YW1wbGUiL" \
    "CJqdGkiOiJhMSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwfQ.KgpZz_1EsmbhO3mgs5pa8NPZ9VmBZfrzkNlZjFEj1TURtwTfj9wDuyvbkM" \
    "0-WhwkvCUX2j8-rrbNjU9H7wfiLRExtlsN48KCeQKnQsy9Vp4U8Wqf9WwNO1J6Ox52zOn47k7JaLO_eWeuqFzbCLZTJB7H1CF6IVsTKsPiujLQT8vDFx27ef" \
    "Ogb53HneD4_8gUH4J61bS-2byvW7nE35PHl-t5ybu95teExdZpN3ziWWgPcUbp1A21-Sbbs7w1PTUkNiu8BggravfqrtecQeex-B-m2uIH9S4haZ2C09-NZm" \
    "yrwVK3UCVey8dRhL26eV0cxndauPMSxuIdGVOjjIcolw"
#define PS256_SHORT_SALT_JWS \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJjbGllbnQtMSIsInN1YiI6ImNsaWVudC0xIiwiYXVkIjoiaHR0cHM6Ly9kYW5oLmV4YW1wbGUiL" \
    "CJqdGkiOiJhMSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwfQ.xu7igncAq8LZn8VSr-oznIuSlImZiH3eqgQCWqsjVI64RV9ibdgr7UOD2E" \
    "Cu3xuvD5pxDk1U7KfnVjUDPebJ7OCkA4WPrjRUzNPrdMnzG_VXTRv8531pjTlT1qBXiU1S-Y_NKuKDKD94d9e_M83EGxagrbCvlnk5y8AlEY2XvaF4XZptmO" \
    "w-GhrReH7dZI6zE_p0rAK80n9VjuxoA2X-JmH2Ndgx34QjRq2sdBuQvNekVkv4cHHRaAimxEaa22aXOEKanvAm6h6ryjiSf_XgqfcM8ziKdbf1LqtAr0YUPL" \
    "e2_TnzzlGPh8nJ0R9MzO_KrA9GCglwHVLkoPOKCRH_7w"
#define RS256_JWS \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJjbGllbnQtMSIsInN1YiI6ImNsaWVudC0xIiwiYXVkIjoiaHR0cHM6Ly9kYW5oLmV4YW1wbGUiL" \
    "CJqdGkiOiJhMSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwfQ.QCatYjpWlj-jxaWfyYh8B-ba3WvhNhq3cIgxvg65GUSPWuqpckwkTLG_0U" \
    "IywwUdNM02X532nldQ8DVp1Mb3J5jnJkZwpmp3la1taM4xbtDUyHEfwuP4wInF_qEZqurSr8tW-WbRdJTw2zhRBH9w9ND1EasjlHlTlY63f0XmABPryjn5gP" \
    "Tx0Pn2M74_3t-f8eTTlkOEFvSaz61j2J3mDvJVS3AlDhvqFP12allqCFt5LEZfPWWnIYv5n-xpKEnScB2reJCeJIlYCRtABHbBRUZgvsdH3szvp8c2omQiCb" \
    "a03B1VogBol_Ah5slctFS-blWJlMCNMkYXTyoP0VthpA"
#define PKCS1_AS_PS256_JWS \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJjbGllbnQtMSIsInN1YiI6ImNsaWVudC0xIiwiYXVkIjoiaHR0cHM6Ly9kYW5oLmV4YW1wbGUiL" \
    "CJqdGkiOiJhMSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwfQ.OKcgK_r8NWYvZY7W98tuYFkIfolkYmCRc9uzC3XqtankDDvtZUcKeAX3te" \
    "-8aj0SlqWsc_pnyCyM9icJQqjTb25Jx5FFCFthL93gDlQZPsn-59kOtMI_LCoPKMTWItbac7lqm9IVqa2kNqUtzcBpMAk1689vrD0EIaPubLRPI-SBqASk1H" \
    "394RbTwJhpz6wuxyluUGwwK7JtWR2p0KRmQfCxG4Lj1NBW1mpKeZBA3Jf-f-8NsYMzf9boS4BjTqRmvRGVohPCSyUvyZ4jpkD0QSqu1--2_WPGrhTXigzttY" \
    "F3b3j1OJ-_nNxOQwPGpdPc7ps5JEFfRE06QJojUEH-KA"
#define EDDSA_JWS \
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImUifQ.eyJpc3MiOiJjbGllbnQtMSIsInN1YiI6ImNsaWVudC0xIiwiYXVkIjoiaHR0cHM6Ly9kYW5oLmV4YW1wbGUiL" \
    "CJqdGkiOiJhMSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwfQ.uqIU_JNkjUH5dyI3Unj7xd86eIF3ibtf422KbWrYfutxiUBksoTz9arz9Z" \
    "Bxmzgvq4z4yE3lRtHomt9z32eQAQ"
