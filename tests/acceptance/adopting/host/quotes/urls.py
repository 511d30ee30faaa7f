"""One page: what a parcel costs."""

from django.http import HttpResponse
from django.urls import path

from quotes.seams import quote


def page(request):
    return HttpResponse(str(quote(customer=request.GET["customer"], grams=int(request.GET["grams"]))))


urlpatterns = [path("quote/", page)]
