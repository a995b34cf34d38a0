"""What the API answers where something is wrong: a problem as RFC 9457 has it, in words for whoever reads them."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

PREFIX = "/api/"


def is_wanted(request: HttpRequest) -> bool:
    """Whether a program asks, which takes no page."""
    return request.path_info.startswith(PREFIX)


def problem(status: int, detail: str, **more) -> JsonResponse:
    """Answer with a problem, which nobody keeps; `more` are members of its own."""
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    response = JsonResponse(told, status=status)  # in ASCII, whatever half characters it quotes
    response["Content-Type"] = "application/problem+json"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
