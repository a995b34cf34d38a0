from urllib.parse import unquote_to_bytes

from django.shortcuts import render

from newsroom import problems


def refuse_null_characters(get_response):
    """Answer 400 in words to an address with a null character, which no database can look up."""

    def middleware(request):
        if "\x00" in request.path_info or b"\x00" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            if problems.is_wanted(request):
                return problems.problem(400, "There is a null character in the address.")
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


def permissions_policy(get_response):
    """Switch off the powers of the browser that no page of ours uses."""

    def middleware(request):
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        return response

    return middleware
