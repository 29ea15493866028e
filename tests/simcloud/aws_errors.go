package simcloud

import "net/http"

// apiError is an error that AWS answers a call with.
type apiError struct {
	code, message string
	status        int   // of HTTP
	why           error // what AWS does not tell the caller; may be nil
}

func (e *apiError) Error() string {
	text := e.code + ": " + e.message
	if e.why != nil {
		text += ": " + e.why.Error()
	}
	return text
}

func badRequest(code, message string) *apiError {
	return &apiError{code: code, message: message, status: http.StatusBadRequest}
}

func (e *apiError) because(why error) *apiError {
	e.why = why
	return e
}
