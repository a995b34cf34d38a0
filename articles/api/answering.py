"""How the API answers: in JSON, kept as pages are where all get the same, and with a problem in words otherwise."""

from functools import wraps

from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from newsroom import pagestore
from newsroom.problems import problem


class Refused(Exception):
    """What was asked is not done; `more` are further members of the problem."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **more):
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more

    def answer(self) -> HttpResponse:
        response = problem(self.status, self.detail, **self.more)
        for name, value in self.headers.items():
            response[name] = value
        return response


def as_json(told, status=200) -> HttpResponse:
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})


def methods(**views):
    """Return a view made of one for each method; HEAD is answered as GET is.

    `desk` takes the place of GET for whoever sends an Authorization. None of them takes a cookie, and so none a token
    of a form either; what readers get is open to scripts of other sites.
    """
    taken = sorted({*views, *(["GET"] if "desk" in views else [])} - {"desk"})
    taken += ["HEAD"] if "GET" in taken else []

    @csrf_exempt  # reads no cookie; whoever changes something sends a token of their own in a header
    def view(request, **arguments):
        method = "GET" if request.method == "HEAD" else request.method
        asks_as_desk = (
            "desk" in views and method == "GET" and ("GET" not in views or "Authorization" in request.headers)
        )
        chosen = views.get("desk" if asks_as_desk else method)
        is_for_desk = asks_as_desk or method != "GET" or "GET" not in views
        try:
            if chosen is None:
                names = ", ".join(taken)
                words = f"This address answers {names}; it was asked to {request.method[:20]}."
                raise Refused(405, words, {"Allow": names})
            response = chosen(request, **arguments)
        except Refused as refused:
            response = refused.answer()
        response["X-Robots-Tag"] = "noindex"
        if is_for_desk:
            response["Cache-Control"] = "private, no-store"
        else:
            response["Access-Control-Allow-Origin"] = "*"
        if "desk" in views:
            patch_vary_headers(response, ["Authorization"])
        return response

    return view


def public(view):
    """Mark what a view returns as the same for everybody: kept like a page."""

    @pagestore.public
    @wraps(view)
    def wrapped(request, **arguments):
        try:
            return as_json(view(request, **arguments))
        except Refused as refused:
            return refused.answer()

    return wrapped


@csrf_exempt  # reads no cookie and changes nothing
def nowhere(request):
    slash = "" if request.path.endswith("/") else " Addresses of the API end in a slash."
    response = problem(404, f"There is nothing at this address.{slash}")
    response["Access-Control-Allow-Origin"] = "*"
    return response
