// Answers of the admin API as a daemon gives them.
#pragma once

namespace lb::client {

inline constexpr const char* kStatus = R"({"version":"0.1.0","pid":42,"time":"2026-11-23T17:11:23.045Z",
"uptimeSeconds":3700,"generation":7,"ready":false,"shuttingDown":false,"workers":2,"oldProcesses":1,
"connections":{"active":12,"limit":1000},
"reload":{"lastSuccessful":false,"time":"2026-11-23T17:00:00.000Z","message":"cluster.yaml:3:1: unknown key"},
"listeners":[{"name":"api","address":"10.10.0.1:6443","policy":"maglev","failOpen":true,
"connections":{"active":12,"total":500,"failed":3},"bytes":{"toBackend":2048,"toClient":1048576},
"backends":[{"name":"controller-0","address":"10.10.0.11:6443","state":"down","reason":"refused","operatorState":"drain",
"operatorReason":"new disk","sinceSeconds":3.2,
"weight":2,"configuredWeight":1,"share":0.5,"connections":{"active":12,"total":499},
"bytes":{"toBackend":2048,"toClient":1048576},"failures":4,"checks":{"passed":1,"notReady":0,"failed":9}}]}],
"events":[{"time":"2026-11-23T17:11:20.000Z","level":"warn","text":"backend controller-0 is down"}]})";

inline constexpr const char* kBackends = R"({"backends":[{"listener":"api","name":"controller-0",
"address":"10.10.0.11:6443","state":"up","reason":"connected","operatorState":null,"operatorReason":null,"sinceSeconds":90,"weight":1,"configuredWeight":1,
"share":1,"connections":{"active":1,"total":2},"bytes":{"toBackend":0,"toClient":0},"failures":0,
"checks":{"passed":1,"notReady":0,"failed":0}}]})";

inline constexpr const char* kSessions = R"({"total":5,"sessions":[{"client":"10.0.0.7:4242","listener":"api",
"backend":null,"state":"choosing","ageSeconds":0.05,"idleSeconds":0.05,"bytes":{"toBackend":0,"toClient":0}}]})";

inline constexpr const char* kExplanation = R"({"client":"10.0.0.7","listeners":[{"listener":"api","served":true,
"backend":"controller-0","why":"sticky: the client came to it before","policy":"maglev","tier":"draining",
"failOpen":true,"sticky":{"backend":"controller-0","openSessions":1,"expiresInSeconds":null},
"backends":[{"name":"controller-0","state":"draining","weight":1,"sessions":5,"full":false,"share":1},
{"name":"controller-1","state":"down","weight":1,"sessions":0,"full":true,"share":0}]}]})";

inline constexpr const char* kChange = R"({"generation":9,"backend":{"listener":"api","name":"controller-0",
"address":"10.10.0.11:6443","state":"draining","reason":"kernel update",
"operatorState":"drain","operatorReason":"kernel update","sinceSeconds":0,"weight":1,
"configuredWeight":1,"share":0,"connections":{"active":1,"total":2},"bytes":{"toBackend":0,"toClient":0},
"failures":0,"checks":{"passed":1,"notReady":0,"failed":0}}})";

}  // namespace lb::client
