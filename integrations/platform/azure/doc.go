// Package azure is how types ask Speech resources of Microsoft Azure: where a
// resource answers in each of Azure's clouds, how its key is sent, and what
// refusals mean.
//
// It knows neither recognition nor synthesis; what is asked belongs to the type.
package azure
