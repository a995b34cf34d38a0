"""How the API answers: in JSON, kept as pages are where all get the same, and with a problem in words otherwise."""

from functools import wraps

from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from newsroom import pagestore
from newsroom.problems import problem


class Refused(Exception):
    """What was asked is not answered; `more` are further members of the problem."""

    def __init__(self, status: int, detail: str, **more):
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def as_json(told) -> HttpResponse:
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def methods(**views):
    """Return a view made of one for each method; HEAD is answered as GET is.

    They take no cookie and so no token of a form: whoever may do more says so in the Authorization header.
    """

    @csrf_exempt
    def view(request, **arguments):
        chosen = views.get("GET" if request.method == "HEAD" else request.method)
        if chosen is None:
            allowed = sorted({*views, *(["HEAD"] if "GET" in views else [])})
            response = problem(405, f"This address answers {', '.join(allowed)}; it was asked to {request.method}.")
            response["Allow"] = ", ".join(allowed)
            return response
        try:
            return chosen(request, **arguments)
        except Refused as refused:
            return problem(refused.status, refused.detail, **refused.more)

    return view


def public(view):
    """Mark what a view returns as the same for everybody: kept like a page, and open to scripts of other sites."""

    @pagestore.public
    @wraps(view)
    def wrapped(request, **arguments):
        try:
            response = as_json(view(request, **arguments))
        except Refused as refused:
            return problem(refused.status, refused.detail, **refused.more)
        response["Access-Control-Allow-Origin"] = "*"
        response["X-Robots-Tag"] = "noindex"
        patch_vary_headers(response, ["Authorization"])
        return response

    return wrapped


@csrf_exempt
def nowhere(request):
    slash = "" if request.path.endswith("/") else " Addresses of the API end in a slash."
    return problem(404, f"There is nothing at this address.{slash}")
