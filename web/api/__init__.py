"""The JSON API below /api/v1: the rules of the house for programs, with a personal token in place of a cookie.

| where | what |
|---|---|
| `kinds` | what an endpoint is, the base of every model, the types that fields share |
| `resources/` | the endpoints by area: models in, models out, one call of a service each |
| `table` | all of them |
| `serving` | who asks, how often, with what: everything between the request and an endpoint |
| `problems` | refusals as `application/problem+json` (RFC 9457) |
| `cursors` | where a list goes on (keyset, never a page's number) |
| `openapi` | the document, made from the same table and models |
"""
